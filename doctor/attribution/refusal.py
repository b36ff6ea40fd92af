"""When nothing is attributed, and what is said instead."""

from __future__ import annotations

from doctor.attribution.players import MAX_PLAYERS, Game
from doctor.attribution.surface import Prediction
from doctor.schema.measurement import CellTable

UNSTABLE = ("warming", "drifting", "unsteady")


def refusal(table: CellTable, game: Game, prediction: Prediction | None) -> str:
    """Why this table must not be split, in words; empty where it may be.

    A prediction can stand in for any cell but the two ends.
    """
    unstable = [cell for cell in table.cells if cell.stability in UNSTABLE]
    if unstable:
        named = "; ".join(f"{cell.arm} is {cell.stability} ({cell.stability_why})" for cell in unstable)
        return f"not attributed, since repeats do not agree: {named}"
    if len(game.players) > MAX_PLAYERS:
        return (
            f"not attributed: {len(game.players)} factors are more than the {MAX_PLAYERS} that can be split"
        )
    if prediction is not None and not all(cell in prediction for cell in game.cells()):
        return "not attributed: the prediction handed in does not hold every cell"
    masks = [mask for cell in table.cells if (mask := game.mask(cell.factors)) is not None]
    if len(set(masks)) < len(masks):
        return "not attributed: two arms stand for the same cell"
    ends = (0, game.everyone)
    missing = {mask: title for mask, title in game.needed().items() if mask not in masks}
    if prediction is not None:
        missing = {mask: title for mask, title in missing.items() if mask in ends}
    if missing:
        return f"not attributed, for want of a valid run of: {'; '.join(missing.values())}"
    return ""
