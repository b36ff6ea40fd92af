"""How reference runs look in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from doctor.planning.rates import rates_from_figures
from doctor.references import reference_setup
from doctor.schema.rates import Rates
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Scalar

_NO_TARGET = "*"


def summary(reference: ReferenceRun) -> dict[str, Any]:
    """What a list says of one run, as JSON. No rates where the source contradicts itself."""
    rates = _rates(reference)
    return {
        "id": reference.id,
        "title": reference.title,
        "url": reference.citation.url,
        "target": reference.contradiction is None,
        "rates": None if rates is None else rates.model_dump(),
    }


def list_table(references: Sequence[ReferenceRun]) -> RenderableType:
    """All runs in their three rates."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("reference run", no_wrap=True)
    for name in ("requests/s", "output\ntokens/s", "total\ntokens/s"):
        table.add_column(name.replace("requests/s", "req/s"), justify="right", no_wrap=True)
    for reference in references:
        rates = _rates(reference)
        cells = _numbers(rates) if rates else ("–", "–", "–")
        table.add_row(Text(reference.id + ("" if rates else f" {_NO_TARGET}")), *cells)
    footnotes = [Text("Rates follow from the printed figures and the lengths: qdoctor reference show ID")]
    if any(reference.contradiction for reference in references):
        footnotes.append(Text(f"{_NO_TARGET} The source contradicts itself: kept, but no target."))
    return Group(table, *footnotes)


def details(reference: ReferenceRun) -> RenderableType:
    """One run with all that its source states and leaves out."""
    return Group(*_parts(reference))


def _parts(reference: ReferenceRun) -> Iterator[RenderableType]:
    citation = reference.citation
    yield Text(reference.title, style="bold")
    yield Text(f"{citation.title}, {citation.published}")
    yield Text(citation.url, style="dim", overflow="fold")
    if citation.note:
        yield Text(citation.note, style="dim")
    if reference.contradiction:
        yield _headed("Contradiction (no target)", [Text(reference.contradiction)])
    yield _headed("Figures as printed", [_figures(reference)])
    rates = _rates(reference)
    if rates:
        requests, output, total = _numbers(rates)
        line = f"{requests} requests/s   {output} output tokens/s   {total} total tokens/s"
        yield _headed("In all three rates", [Text(line, style="bold")])
    accounting = reference.accounting
    why = [accounting.argument, accounting.arithmetic, accounting.source and f"Source: {accounting.source}"]
    yield _headed("Why it counts so", [Text(text) for text in why if text])
    yield _headed("Stated", [_stated(reference)])
    yield _headed("Left out by the source, and what is assumed", list(_left_out(reference)))
    if reference.notes:
        yield _headed("Notes", [_notes(reference)])


def _headed(title: str, content: Sequence[RenderableType]) -> RenderableType:
    return Group(Text(), Text(title, style="bold cyan"), *(Padding(part, (0, 0, 0, 2)) for part in content))


def _figures(reference: ReferenceRun) -> Table:
    table = Table.grid(padding=(0, 2))
    for figure in reference.figures:
        unit = f"{figure.counts} {figure.unit}" if figure.counts else figure.unit
        printed = f'printed as "{figure.as_printed}"' if figure.as_printed else ""
        table.add_row(
            Text(f"{figure.value:g}" if figure.value >= 1e6 else repr(figure.value)), unit, Text(printed)
        )
    return table


def _stated(reference: ReferenceRun) -> Table:
    setup = reference_setup(reference)
    table = Table.grid(padding=(0, 2))
    for path, origin in setup.origins.items():
        if origin.kind == "published":
            section, name = path.split(".", 1)
            value = getattr(setup, section).model_dump()[name.partition(".")[0]]
            table.add_row(path, Text(_value(value)))
    architecture = reference.model.architecture
    words = (
        f"{architecture.num_hidden_layers} layers of {architecture.model_type}"
        if architecture
        else "not known"
    )
    table.add_row("architecture", words)
    return table


def _notes(reference: ReferenceRun) -> Table:
    table = Table.grid(padding=(0, 1))
    for note in reference.notes:
        table.add_row("-", Text(note))
    return table


def _left_out(reference: ReferenceRun) -> Iterator[RenderableType]:
    for left in reference.left_out:
        assumed = f" = {_value(left.assumed)}" if left.assumed is not None else ", left open"
        yield Text(left.setting + assumed)
        yield Padding(Text(left.why, style="dim"), (0, 0, 0, 4))


def _value(value: Scalar | Mapping[str, Any]) -> str:
    if value is None:
        return "–"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _rates(reference: ReferenceRun) -> Rates | None:
    return None if reference.contradiction else rates_from_figures(reference)


def _numbers(rates: Rates) -> tuple[str, str, str]:
    requests = f"{rates.requests_per_s:.3f}" if rates.requests_per_s < 100 else f"{rates.requests_per_s:.1f}"
    return requests, f"{rates.output_tokens_per_s:.1f}", f"{rates.total_tokens_per_s:.1f}"
