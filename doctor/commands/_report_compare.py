"""``qdoctor report compare``: checks side by side, and a gate for CI that noise cannot trip."""

from __future__ import annotations

from pathlib import Path

import click

from doctor.errors import UsageError
from doctor.reporting.language import LANGUAGES, Language


class Slowdown(click.ParamType):  # type: ignore[type-arg]  # generic in click 8.3, not before
    """A share of the rate: ``5%`` or ``0.05``, from nothing to less than all."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The fraction: 0.05 for ``5%``."""
        text = str(value).strip()
        try:
            fraction = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
        except ValueError:
            self.fail(f"{text!r} is no share: write it as 5% or 0.05.", param, ctx)
        if not 0 <= fraction < 1:
            self.fail(f"{text!r} is not between 0% and 100%.", param, ctx)
        return fraction


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--fail-if-slower",
    "limit",
    type=Slowdown(),
    metavar="5%",
    help="Exit with 1 where a check is shown to be slower than the first by more than this: where the whole "
    "95 % interval lies beyond it.",
)
@click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language."
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report.html, report.md and report.json into this folder.",
)
@click.pass_context
def compare(
    context: click.Context,
    sources: tuple[Path, ...],
    limit: float | None,
    language: Language,
    as_json: bool,
    output: Path | None,
) -> None:
    """Set the checks in SOURCES side by side; the first is what the others are held against.

    Each is a run directory, a report.json, a report.html or a bundle of `qdoctor check`. What is
    compared is your setup's arm, or the reference arm where no setup was given.

    Exit codes: 0, or 1 where --fail-if-slower was exceeded, 2 where nothing can be compared.
    """
    from rich.console import Console

    from doctor.commands._provenance import provenance_of_now
    from doctor.comparison.compare import Tools
    from doctor.comparison.compare import compare as compare_reports
    from doctor.planning.difference import differences
    from doctor.reporting.load import load_check
    from doctor.reporting.terminal import print_summary
    from doctor.reporting.write import write_report
    from doctor.statistics.between import ratio_between, relative_ratio_between

    _refuse_other_numbers(sources)
    tools = Tools(
        ratio_between, relative_ratio_between, lambda one, other: differences(one, other, lambda _: None)
    )
    reports = [(_name(source), load_check(source)) for source in sources]
    found = compare_reports(reports, tools, provenance_of_now(), limit)
    if as_json:
        click.echo(found.model_dump_json(indent=1))
    else:
        print_summary(found, Console(), language=language)
    if output is not None:
        for path in write_report(found, output, language):
            click.echo(path, err=True)
    context.exit(found.exit_code)


def _refuse_other_numbers(sources: tuple[Path, ...]) -> None:
    if not 2 <= len(sources) <= 26:
        raise UsageError(
            f"{len(sources)} check{'' if len(sources) == 1 else 's'} cannot be compared",
            next_step="Give between two and 26, the one to hold against first.",
        )


def _name(source: Path) -> str:
    """A name by which people tell the checks apart: a page's is its folder's."""
    told = source.resolve()
    return told.parent.name if told.name in ("report.json", "report.html") else told.name
