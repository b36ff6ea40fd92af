"""The log rates of all cells, measured or filled, and the noise of anything computed from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from doctor.attribution.fill import fill_operator
from doctor.attribution.players import Cell, Game
from doctor.attribution.shapley import Floats
from doctor.schema.measurement import CellTable, spread
from doctor.schema.rates import Interval

Prediction = Mapping[Cell, float]
"""Cell → rate in the ledger's unit, from a model; every cell of the factorial must stand there."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Log rates over all 2^k cells and how they depend on the measured ones."""

    game: Game
    table: CellTable
    values: Floats
    """(2^k,) natural logarithms of tokens/s."""
    operator: Floats
    """(2^k, cells of the table): how each cell's value follows the measured ones."""
    measured: tuple[int, ...]
    """The cells that were run."""

    @property
    def missing(self) -> int:
        """How many cells were filled."""
        return len(self.values) - len(self.measured)

    def rate(self, mask: int) -> float:
        """The rate of a cell in tokens/s."""
        return math.exp(self.values[mask])

    def reach(self, gradient: Floats, own_sd: float = 0.0) -> float | None:
        """The 95 % half-width of what has ``gradient`` with respect to the cells' log rates.

        ``own_sd``: further noise, independent of the cells'. None where the noise is not known.
        """
        along = gradient @ self.operator
        along[np.abs(along) < 1e-12 * max(1.0, float(np.abs(along).max(initial=0.0)))] = 0.0
        found = spread(self.table.noise, along.tolist())
        if found is None:
            return None
        reach = float(stdtrit(found[1], 0.975)) * math.hypot(found[0], own_sd)
        return reach if math.isfinite(reach) else None

    def interval(self, estimate: float, gradient: Floats, method: str, *, own_sd: float = 0.0) -> Interval:
        """A symmetric 95 % interval of a figure whose gradient in the log rates is known."""
        reach = self.reach(gradient, own_sd)
        n = sum(cell.n for cell in self.table.cells)
        if reach is None:
            return Interval(estimate=estimate, n=n, method=f"no interval, noise unknown: {method}")
        return Interval(estimate=estimate, low=estimate - reach, high=estimate + reach, n=n, method=method)

    def factor(self, log_loss: float, gradient: Floats, method: str, *, own_sd: float = 0.0) -> Interval:
        """The factor on the rate that a log loss stands for, with an interval on the log scale."""
        reach = self.reach(gradient, own_sd)
        n = sum(cell.n for cell in self.table.cells)
        if reach is None or reach > 300:
            return Interval(estimate=math.exp(-log_loss), n=n, method=f"no interval, noise unknown: {method}")
        return Interval(
            estimate=math.exp(-log_loss),
            low=math.exp(-log_loss - reach),
            high=math.exp(-log_loss + reach),
            n=n,
            method=method,
        )


def surface_of(table: CellTable, game: Game, prediction: Prediction | None = None) -> Surface:
    """Fill the game's cells from the table, which must hold both ends.

    With a prediction, what is filled is the measured cells' deviation from it in log space:
    the model gives the shape, the measured cells the level.
    """
    size = 1 << len(game.players)
    placed = {mask: i for i, cell in enumerate(table.cells) if (mask := game.mask(cell.factors)) is not None}
    masks = tuple(sorted(placed))
    small = fill_operator(len(game.players), masks)
    operator = np.zeros((size, len(table.cells)))
    operator[:, [placed[mask] for mask in masks]] = small
    measured = np.array([table.cells[placed[mask]].log_rate for mask in masks])
    prior = np.zeros(size)
    if prediction is not None:
        prior = np.array([math.log(prediction[cell]) for cell in game.cells()])
    values: Floats = prior + small @ (measured - prior[list(masks)])
    return Surface(game, table, values, operator, masks)
