"""`qdoctor causes`: the catalogue, in the terminal."""

from __future__ import annotations

import dataclasses
import json
import textwrap
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
        click.echo(_page(load_cause(cause_id)))
    else:
        click.echo(_list(load_causes()))


def _list(catalogue: tuple[Cause, ...]) -> str:
    lines: list[str] = []
    indent = " " * 36
    for family in sorted({cause.family for cause in catalogue}):
        lines.append(family)
        for cause in catalogue:
            if cause.family == family:
                text = f"  {cause.id:33} {cause.title}"
                lines.extend(textwrap.wrap(text, _WIDTH, subsequent_indent=indent))
    return "\n".join(lines)


def _page(cause: Cause) -> str:
    blocks = [
        f"{cause.id}: {cause.title}",
        f"family: {cause.family}" + (f"; factor: {cause.factor}" if cause.factor else ""),
        f"judged from: {', '.join(cause.needs)}",
        f"what to do: {cause.remedy.action}",
    ]
    if cause.remedy.verify_command:
        blocks.append(f"verify: {cause.remedy.verify_command}")
    blocks.extend(f"ablation {ablation.id}: {ablation.title}" for ablation in cause.ablations)
    blocks.extend(
        f"known effect: factor {effect.factor:.2f} on the rate, {effect.where} ({effect.source})"
        for effect in cause.effects
    )
    if cause.no_effect_known:
        blocks.append(f"known effect: none. {cause.no_effect_known}")
    return "\n".join(line for block in blocks for line in _wrapped(block))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _record(cause: Cause) -> dict[str, object]:
    return {
        "id": cause.id,
        "title": cause.title,
        "family": cause.family,
        "needs": list(cause.needs),
        "factor": cause.factor,
        "remedy": cause.remedy.model_dump(),
        "ablations": [ablation.model_dump() for ablation in cause.ablations],
        "effects": [dataclasses.asdict(effect) for effect in cause.effects],
        "no_effect_known": cause.no_effect_known,
    }
