"""How two factors act together, in numbers and in words."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from doctor.attribution.surface import Surface
from doctor.schema.ledger import PairTerm
from doctor.schema.rates import Interval

LITTLE = 1 / 3
"""Each single fix below this share of the double one is called worth little."""


def pair_terms(surface: Surface) -> tuple[PairTerm, ...]:
    """All pairs of players, the strongest interaction first.

    The interaction is the second difference of the log rate at the user's end, so that it
    speaks of the same four cells as the gains beside it.
    """
    terms = [_pair(surface, i, j) for i, j in combinations(range(len(surface.game.players)), 2)]
    return tuple(sorted(terms, key=lambda term: -abs(term.log_interaction.estimate)))


def _pair(surface: Surface, i: int, j: int) -> PairTerm:
    user = surface.game.everyone
    cells = (user, user ^ (1 << i), user ^ (1 << j), user ^ (1 << i) ^ (1 << j))
    gradient = np.zeros(len(surface.values))
    gradient[list(cells)] = (1.0, -1.0, -1.0, 1.0)
    interaction = surface.interval(
        float(gradient @ surface.values), gradient, "second difference of the log rate; t"
    )
    gains = [surface.rate(cell) - surface.rate(user) for cell in cells[1:]]
    first, second = surface.game.players[i], surface.game.players[j]
    return PairTerm(
        first=first.id,
        second=second.id,
        log_interaction=interaction,
        fix_first_tokens_per_s=gains[0],
        fix_second_tokens_per_s=gains[1],
        fix_both_tokens_per_s=gains[2],
        words=_words(interaction, gains, f"{surface.table.counts} tok/s"),
    )


def _words(interaction: Interval, gains: list[float], unit: str) -> str:
    first, second, both = (f"{gain:+.0f}" for gain in gains)
    if interaction.low is None or interaction.high is None:
        return f"fixed alone, {first} and {second}; both together, {both} {unit}; noise unknown"
    if interaction.low > 0 and max(gains[0], gains[1]) < LITTLE * gains[2]:
        return f"fixing either alone is worth little ({first} and {second}); both together, {both} {unit}"
    if interaction.low > 0:
        return f"they mask each other: fixed alone, {first} and {second}; both together, {both} {unit}"
    if interaction.high < 0:
        return f"they overlap: fixed alone, {first} and {second}; both together, only {both} {unit}"
    return f"no interaction shown: fixed alone, {first} and {second}; both together, {both} {unit}"
