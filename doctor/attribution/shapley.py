"""Exact Shapley and Owen values as linear weights on the cells of a factorial.

A cell is a bit mask over k players: bit i set, player i stands at the user's value. The
value split is what is lost from cell 0 (all at the reference's value) to cell 2^k - 1.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def owen_weights(groups: tuple[tuple[int, ...], ...]) -> Floats:
    """(k, 2^k): a row times the cells' values is that player's share of the loss.

    Owen (1977): every order of the groups, and within a group every order of its members,
    counts alike. Groups of one member each give the Shapley (1953) value. ``groups``
    partitions the players 0 … k-1.
    """
    k = sum(len(group) for group in groups)
    weights = np.zeros((k, 1 << k))
    masks = [sum(1 << player for player in group) for group in groups]
    for position, group in enumerate(groups):
        others = masks[:position] + masks[position + 1 :]
        for player in group:
            mates = [1 << mate for mate in group if mate != player]
            for outside, size_outside in _unions(others):
                share = 1.0 / (len(groups) * comb(len(others), size_outside))
                for inside, size_inside in _unions(mates):
                    weight = share / (len(group) * comb(len(mates), size_inside))
                    weights[player, outside | inside] += weight
                    weights[player, outside | inside | 1 << player] -= weight
    return weights


def _unions(masks: list[int]) -> list[tuple[int, int]]:
    """Every union of some of the disjoint ``masks``, with how many it unites."""
    found = [(0, 0)]
    for mask in masks:
        found += [(union | mask, size + 1) for union, size in found]
    return found


def shapley_weights(k: int) -> Floats:
    """(k, 2^k) weights of the Shapley value; see ``owen_weights``."""
    return owen_weights(tuple((player,) for player in range(k)))
