"""The lines of a ledger."""

from __future__ import annotations

import math

import numpy as np

from doctor.attribution.ends import End
from doctor.attribution.logmean import log_mean, log_mean_gradient
from doctor.attribution.shapley import owen_weights
from doctor.attribution.surface import Surface
from doctor.schema.ledger import LedgerLine
from doctor.schema.measurement import CellTable
from doctor.schema.rates import Interval

PREDICTED_SETTING = "what the publication leaves out, and the model's error"


def accounting_line(tokens_per_s: float, table: CellTable) -> LedgerLine:
    """What the published figure loses once it counts as the rest of the ledger does."""
    return LedgerLine(
        id="accounting",
        kind="accounting",
        title=f"counted in {table.counts} tokens",
        tokens_per_s=Interval(
            estimate=tokens_per_s, low=tokens_per_s, high=tokens_per_s, method="arithmetic, exact"
        ),
        basis="computed",
    )


def setting_line(surface: Surface, published: End) -> LedgerLine:
    """From the published rate to the reference arm: all that the publication leaves out.

    The published figure's own noise is in the interval, where it is known.
    """
    rate = surface.rate(0)
    unit = np.zeros(len(surface.values))
    unit[0] = 1.0
    line = LedgerLine(
        id="setting",
        kind="setting",
        title="what the publication leaves out, and this machine",
        tokens_per_s=surface.interval(
            published.tokens_per_s - rate,
            -rate * unit,
            f"published rate, {_exactness(published)}, minus the arm",
            own_sd=published.tokens_per_s * published.noise_sd,
        ),
        factor=surface.factor(
            math.log(published.tokens_per_s / rate),
            unit,
            f"arm over published rate, {_exactness(published)}",
            own_sd=published.noise_sd,
        ),
        basis=surface.table.basis,
    )
    return line.model_copy(update={"title": PREDICTED_SETTING}) if line.basis == "predicted" else line


def unexplained_line(surface: Surface, observed: End) -> LedgerLine:
    """From the user's arm to the observed rate: what no cell explains.

    The observed figure's own noise is in the interval, where it is known.
    """
    user = surface.game.everyone
    rate = surface.rate(user)
    unit = np.zeros(len(surface.values))
    unit[user] = 1.0
    exact = _exactness(observed)
    return LedgerLine(
        id="unexplained",
        kind="unexplained",
        title="Unexplained",
        tokens_per_s=surface.interval(
            rate - observed.tokens_per_s,
            rate * unit,
            f"the arm minus the observed rate, {exact}",
            own_sd=observed.tokens_per_s * observed.noise_sd,
        ),
        factor=surface.factor(
            math.log(rate / observed.tokens_per_s),
            unit,
            f"observed rate, {exact}, over the arm",
            own_sd=observed.noise_sd,
        ),
        basis=surface.table.basis,
    )


def _exactness(end: End) -> str:
    return "exact" if end.noise_sd == 0.0 else "with the noise of one run"


def factor_lines(surface: Surface) -> list[LedgerLine]:
    """One line per player, in the game's order; together they are reference minus user's arm."""
    game = surface.game
    if not game.players:
        return []
    reference, user = surface.rate(0), surface.rate(game.everyone)
    scale = log_mean(reference, user)
    # The log mean is itself uncertain: both ends move it, and every share with it.
    scale_gradient = np.zeros(len(surface.values))
    scale_gradient[[0, game.everyone]] = log_mean_gradient(reference, user)
    weights = owen_weights(game.groups)
    lines = []
    for player, row in zip(game.players, weights, strict=True):
        share = float(row @ surface.values)
        gradient = scale * row + share * scale_gradient
        lines.append(
            LedgerLine(
                id=player.id,
                kind="factor",
                title=player.title,
                tokens_per_s=surface.interval(
                    scale * share, gradient, "log share × log mean; delta method, t"
                ),
                factor=surface.factor(share, row, "log share, t"),
                basis=surface.table.basis,
                filled=surface.missing > 0,
            )
        )
    return lines
