"""`qdoctor diagnose`: any evidence in, a verdict out. Nothing is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from doctor.commands._numbers import FiniteRange
from doctor.errors import UsageError

if TYPE_CHECKING:
    from doctor.pipeline.forecast import Foretold
    from doctor.schema.accounting import Accounting
    from doctor.schema.diagnosis import Diagnosis
    from doctor.schema.evidence import Evidence
    from doctor.schema.reference import ReferenceRun
    from doctor.schema.setup import Setup

_STYLES: dict[str, dict[str, bool]] = {
    "verdict": {"bold": True},
    "heading": {"underline": True},
    "title": {"bold": True},
    "dim": {"dim": True},
}
"""How the lines look where the terminal has looks; a pipe gets the bare text."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--reference", "reference_id", metavar="ID", help="The reference run that was hoped for.")
@click.option("--observed", type=FiniteRange(min=0, min_open=True), help="The rate that was got.")
@click.option(
    "--observed-counts",
    type=click.Choice(["output", "total", "unknown"]),
    default="unknown",
    show_default=True,
    help="What it counts.",
)
@click.option("--url", metavar="URL", help="A metrics page; it is read twice, ten seconds apart.")
@click.option("--json", "as_json", is_flag=True, help="Print the diagnosis as JSON.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report.html, report.md and report.json into this folder.",
)
@click.pass_context
def diagnose(
    context: click.Context,
    files: tuple[Path, ...],
    reference_id: str | None,
    observed: float | None,
    observed_counts: str,
    url: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Say why a throughput is low from FILES: results, logs, scripts, an issue's text.

    Every file is recognised by what is in it. A reference run (--reference) or the figure in an
    issue's text is what the throughput is compared with; without either there is no gap.
    A run directory of `qdoctor check` is judged again from what was measured in it.
    """
    folders = [path for path in files if path.is_dir()]
    if folders:
        context.exit(_judge_again(files, as_json=as_json))
    from doctor.causes.catalogue import load_causes
    from doctor.causes.contract import Case
    from doctor.causes.diagnosis import diagnose as judge
    from doctor.commands._compared import reference_meant, settled
    from doctor.evidence.joining import join
    from doctor.evidence.reading import read_files
    from doctor.pipeline.reading import with_published_aside
    from doctor.redaction import redact_record
    from doctor.reporting.diagnosis_text import diagnosis_lines

    if not files and observed is None and url is None:
        raise UsageError(
            "there is nothing to diagnose",
            next_step="Give result files, logs, scripts or an issue's text, or --observed.",
        )
    parts = [read_files(files)]
    if observed is not None:
        parts.insert(0, _stated(observed, observed_counts))
    if url is not None:
        parts.append(_metrics(url))
    evidence = join(parts)
    reference = reference_meant(reference_id, evidence)
    evidence = with_published_aside(evidence, reference)
    setup, accounting = settled(reference, evidence, observed_counts)
    told = _foretold(setup, accounting, evidence)
    case = Case(
        evidence=evidence, reference=setup, accounting=accounting, forecast=told.forecast if told else None
    )
    diagnosis = judge(
        load_causes(),
        case,
        reference.id if reference else None,
        recognised=reference is not None and reference_id is None,
    )
    if told is not None:
        diagnosis = diagnosis.model_copy(update={"forecast": told.forecast, "ledger": told.ledger})
    diagnosis = redact_record(diagnosis)
    if as_json:
        click.echo(diagnosis.model_dump_json(indent=2))
    else:
        for text, style in diagnosis_lines(diagnosis):
            click.echo(click.style(text, **_STYLES.get(style, {})))
    if output is not None:
        _write(diagnosis, reference, output)
    context.exit(diagnosis.verdict.exit_code)


def _write(diagnosis: Diagnosis, reference: ReferenceRun | None, folder: Path) -> None:
    """Write the report's three files, and say where."""
    from doctor.commands._provenance import provenance_of_now
    from doctor.reporting.write import write_report
    from doctor.schema.diagnosis_report import DiagnosisReport

    report = DiagnosisReport(
        provenance=provenance_of_now(),
        diagnosis=diagnosis,
        reference=reference,
    )
    for path in write_report(report, folder):
        click.echo(path, err=True)


def _judge_again(paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Judge a run directory from its files, write its reports anew; gives the exit code."""
    if len(paths) > 1:
        raise UsageError(
            "A run directory is judged by itself",
            where=", ".join(map(str, paths)),
            next_step="Give one run directory, or only files.",
        )
    from rich.console import Console

    from doctor.pipeline.check import judge as judge_directory
    from doctor.reporting.terminal import print_summary
    from doctor.rundir import RunDirectory

    if not (paths[0] / "request.json").is_file():
        raise UsageError(
            "This folder holds no check",
            where=str(paths[0]),
            next_step="Give a directory of `qdoctor check`.",
        )
    with RunDirectory(paths[0]) as directory:
        report = judge_directory(directory)
    if as_json:
        click.echo(report.model_dump_json())
    else:
        print_summary(report, Console())
    return report.verdict.exit_code


def _stated(observed: float, counts: str) -> Evidence:
    """The figure of the command line as evidence."""
    from doctor.schema.evidence import Evidence, ObservedRate, Origin

    quantity = {"output": "output tokens", "total": "total tokens"}.get(counts, "tokens")
    fields = {
        "quantity": quantity,
        "per_s": observed,
        "origin": Origin(file="--observed"),
        "label": f"{observed:g} tokens/s",
    }
    return Evidence(rates=(ObservedRate.model_validate(fields),))


def _metrics(url: str) -> Evidence:
    from doctor.evidence.metrics_url import read_metrics_url

    return read_metrics_url(url)


def _foretold(setup: Setup | None, accounting: Accounting | None, evidence: Evidence) -> Foretold | None:
    """What the performance model says of the reference and of what evidence tells; None without one."""
    if setup is None:
        return None
    from doctor.pipeline.forecast import foretell, scene_of

    return foretell(scene_of(setup, accounting, evidence))
