"""`qdoctor causes`: the catalogue, in the terminal."""

from __future__ import annotations

import dataclasses
import json
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from doctor.causes.contract import Cause

_WIDTH = 80


@click.command()
@click.argument("cause_id", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def causes(cause_id: str | None, as_json: bool) -> None:
    """List the causes of low throughput, or show the one with this ID."""
    from doctor.causes.catalogue import load_cause, load_causes

    if as_json:
        chosen = (load_cause(cause_id),) if cause_id else load_causes()
        click.echo(json.dumps([_record(cause) for cause in chosen], indent=2, ensure_ascii=False))
    elif cause_id:
        _show(load_cause(cause_id))
    else:
        _list(load_causes())


def _list(catalogue: tuple[Cause, ...]) -> None:
    """By family, each cause with its title in one line."""
    for number, family in enumerate(dict.fromkeys(cause.family for cause in _by_family(catalogue))):
        of_family = [cause for cause in catalogue if cause.family == family]
        if number:
            click.echo()
        click.secho(f"{family} ({len(of_family)})", bold=True)
        for cause in of_family:
            text = f"  {cause.id:33} {cause.title}"
            click.echo("\n".join(textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 36)))
    click.echo(f"\n{len(catalogue)} causes. `qdoctor causes ID` shows one of them.")


def _by_family(catalogue: tuple[Cause, ...]) -> list[Cause]:
    from typing import get_args

    from doctor.causes.contract import Family

    order = get_args(Family)
    return sorted(catalogue, key=lambda cause: (order.index(cause.family), cause.id))


def _show(cause: Cause) -> None:
    """The cause's page, for eyes: the Markdown without its marks."""
    from doctor.locations import cause_pages

    page = (cause_pages() / f"{cause.id}.md").read_text(encoding="utf-8")
    for text, style in _rendered(page):
        click.echo(click.style(text, bold=style == "bold", underline=style == "underline"))


def _rendered(page: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"\n{2,}", page.strip()):
        if block.startswith("# "):
            yield block[2:], "bold"
        elif block.startswith("## "):
            yield "", ""
            yield block[3:], "underline"
        elif block.startswith("    "):
            yield block.replace("\n    ", "\n  ").removeprefix("  "), "bold"
        else:
            for item in re.split(r"\n(?=- )", block):
                plain = " ".join(re.sub(r"[`*]|<(?=http)|(?<=\w)>", "", item).split())
                indent = "  " if item.startswith("- ") else ""
                lines = textwrap.wrap(
                    plain, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
                )
                yield "\n".join(lines), ""


def _record(cause: Cause) -> dict[str, object]:
    from doctor.causes.confirm import confirm_command

    return {
        "id": cause.id,
        "title": cause.title,
        "family": cause.family,
        "needs": list(cause.needs),
        "factor": cause.factor,
        "remedy": {"action": cause.remedy.action, "verify_command": confirm_command(cause)},
        "ablations": [ablation.model_dump() for ablation in cause.ablations],
        "effects": [dataclasses.asdict(effect) for effect in cause.effects],
        "no_effect_known": cause.no_effect_known,
    }
