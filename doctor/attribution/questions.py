"""What the verdict on a gap hangs on, and how well the cells that were run tell it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from doctor.attribution.ends import End
from doctor.attribution.players import game_of, joined
from doctor.attribution.shapley import Floats, owen_weights
from doctor.attribution.surface import Surface, surface_of
from doctor.schema.measurement import CellTable
from doctor.schema.plan import Factor
from doctor.schema.question import FROM_PUBLISHED, GAP, RANK_OF_STEPS, Question

GAP_THRESHOLD = 0.03
"""On the log scale: the noise that the verdict does not call a gap."""
SHARE_PRECISION = 0.15
"""A line is told well enough when its interval is this fraction of the gap either way."""
RANKING_PRECISION = 0.05
"""Two causes nearer to each other than this fraction of the gap are as large."""
FINEST = 0.02
"""Nothing is asked for more exactly than this, however small the gap."""


def gap_questions(
    table: CellTable, factors: Sequence[Factor], published: End | None = None, observed: End | None = None
) -> tuple[Question, ...]:
    """Whether there is a gap; which cause is the largest; how large each line is. In this order.

    Empty where an end was not run validly. Without the cells between, all factors are one line.
    With a published and an observed figure the steps to them from the arms are lines too, and
    without factors they are all there is.
    """
    measured = {cell.factors for cell in table.cells}
    game = game_of(factors, measured)
    if factors and game.lacking(measured):
        game = joined(factors)
    if not {0, game.everyone} <= {game.mask(cell) for cell in measured}:
        return ()
    surface = surface_of(table, game)
    if not factors:
        return _steps(surface, published, observed, FINEST)
    gap = _question(surface, GAP, 0, _unit(surface, {0: 1.0, game.everyone: -1.0}), threshold=GAP_THRESHOLD)
    rows = owen_weights(game.groups)
    fine = max(FINEST, SHARE_PRECISION * abs(gap.estimate))
    lines = [
        _question(surface, f"share of {player.title}", 2, row, precision=fine)
        for player, row in zip(game.players, rows, strict=True)
    ]
    steps = _steps(surface, published, observed, fine)
    if len(game.players) < 2:
        return (gap, *lines, *steps)
    return (gap, _largest(surface, rows, abs(gap.estimate)), *lines, *steps)


def _steps(
    surface: Surface, published: End | None, observed: End | None, precision: float
) -> tuple[Question, ...]:
    """The steps outside the cells; where both figures are known, for they bound the ledger then."""
    if published is None or observed is None:
        return ()
    whole = abs(math.log(published.tokens_per_s / observed.tokens_per_s))
    fine = max(precision, SHARE_PRECISION * whole)
    reference, user = _unit(surface, {0: 1.0}), _unit(surface, {surface.game.everyone: 1.0})
    return (
        _question(
            surface,
            FROM_PUBLISHED,
            RANK_OF_STEPS,
            reference,
            precision=fine,
            estimate=math.log(published.tokens_per_s) - float(reference @ surface.values),
        ),
        _question(
            surface,
            "what is not explained",
            RANK_OF_STEPS,
            user,
            precision=fine,
            estimate=float(user @ surface.values) - math.log(observed.tokens_per_s),
        ),
    )


def _unit(surface: Surface, weights: Mapping[int, float]) -> Floats:
    row = np.zeros(len(surface.values))
    for mask, weight in weights.items():
        row[mask] += weight
    return row


def _largest(surface: Surface, rows: Floats, gap: float) -> Question:
    """Whether the largest share is larger than the second."""
    order = np.argsort(rows @ surface.values)[::-1]
    precision = max(FINEST, RANKING_PRECISION * gap)
    return _question(
        surface, "the largest cause", 1, rows[order[0]] - rows[order[1]], threshold=0.0, precision=precision
    )


def _question(
    surface: Surface,
    name: str,
    rank: int,
    row: Floats,
    *,
    estimate: float | None = None,
    threshold: float | None = None,
    precision: float = 0.0,
) -> Question:
    along = row @ surface.operator
    return Question(
        name=name,
        rank=rank,
        weights={
            cell.arm: float(weight) for cell, weight in zip(surface.table.cells, along, strict=True) if weight
        },
        estimate=float(row @ surface.values) if estimate is None else estimate,
        half_width=surface.reach(row),
        threshold=threshold,
        precision=precision,
    )
