"""What a reader must know beside a ledger's numbers."""

from __future__ import annotations

import numpy as np

from doctor.attribution.fill import checks_of_the_fill
from doctor.attribution.surface import Surface
from doctor.schema.measurement import CellRate

SAME_LENGTH = 0.005
"""Token counts per request that differ by less than this are the same workload."""


def ledger_notes(surface: Surface, counts_why: str) -> tuple[str, ...]:
    """Notes on the cells, the counting, the fill, and a gap that was not shown."""
    found = [*surface.table.notes, _lengths(surface, counts_why), _gap(surface), _filled(surface)]
    return tuple(note for note in found if note)


def _lengths(surface: Surface, why: str) -> str:
    cells = surface.table.cells
    differing = {
        _lengths_of(cell)
        for cell in cells
        if cell.output_tokens_per_request is not None and cell.prompt_tokens_per_request is not None
    }
    if len(differing) < 2 or not _apart(cells):
        return ""
    named = ", ".join(sorted(differing))
    counts = surface.table.counts
    other = "total" if counts == "output" else "output"
    reason = why or f"{counts} tokens are what this ledger's two ends are stated in"
    return (
        f"Lengths differ between the arms (prompt/output tokens per request: {named}), so {counts} and "
        f"{other} tokens/s give different factors. This ledger splits {counts} tokens/s: {reason}."
    )


def _lengths_of(cell: CellRate) -> str:
    return f"{cell.prompt_tokens_per_request:.0f}/{cell.output_tokens_per_request:.0f}"


def _apart(cells: tuple[CellRate, ...]) -> bool:
    pairs = [(cell.prompt_tokens_per_request or 0.0, cell.output_tokens_per_request or 0.0) for cell in cells]
    lengths = np.array(pairs)
    return bool(np.any(np.ptp(lengths, axis=0) > SAME_LENGTH * lengths.max(axis=0)))


def _gap(surface: Surface) -> str:
    if not surface.game.players:
        return ""
    gradient = np.zeros(len(surface.values))
    gradient[0], gradient[surface.game.everyone] = 1.0, -1.0
    gap = surface.interval(float(gradient @ surface.values), gradient, "")
    if gap.low is None or gap.high is None:
        return "The noise is not known: no line has an interval, and none is shown to differ from zero."
    if gap.low <= 0 <= gap.high:
        return "No difference shown between the reference arm and the user's arm: the lines may split noise."
    return ""


def _filled(surface: Surface) -> str:
    if not surface.missing:
        return ""
    text = (
        f"{surface.missing} of {len(surface.values)} cells were filled, not run. The intervals hold the "
        "noise of the cells that were run, not the error of the fill."
    )
    if _more_than_pairs(surface):
        text += " The cells that were run show that more than two factors interact, so the fill is off."
    return text


def _more_than_pairs(surface: Surface) -> bool:
    """Whether the measured cells leave the surface that pair interactions can reach, beyond noise."""
    for check in checks_of_the_fill(len(surface.game.players), surface.measured):
        gradient = np.zeros(len(surface.values))
        gradient[list(surface.measured)] = check
        reach = surface.reach(gradient)
        if reach is not None and abs(float(gradient @ surface.values)) > reach:
            return True
    return False
