"""Filling cells that were not run, linearly in those that were.

The log rates are written in the 2^k factorial's contrasts (±1 coding: mean, main effects,
pairs, higher). Among all surfaces through the measured cells the one is taken that has the
least of orders above two, then the least of pairs. So:

- measured cells stay as they are;
- a truth without interactions is filled exactly;
- a truth with pair interactions only gets exact Shapley shares from both ends, all single
  fixes and all single breaks, although single filled cells may be off;
- the fill is linear, so noise propagates through it exactly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import hadamard

from doctor.attribution.shapley import Floats

RCOND = 1e-10


@lru_cache(maxsize=256)
def fill_operator(k: int, measured: tuple[int, ...]) -> Floats:
    """(2^k, m): the log rates of the measured cells (bit masks, distinct) → those of all cells."""
    contrasts: Floats = hadamard(1 << k, dtype=np.float64)
    order = np.array([cell.bit_count() for cell in range(1 << k)])
    full = contrasts[:, np.argsort(order, kind="stable")]
    low, pairs = 1 + k, 1 + k + k * (k - 1) // 2
    rows = full[list(measured)]
    coefficients = _least_high_orders(rows[:, :low], rows[:, low:pairs], rows[:, pairs:])
    operator: Floats = full @ coefficients
    operator[list(measured)] = np.eye(len(measured))
    return operator


def checks_of_the_fill(k: int, measured: tuple[int, ...]) -> Floats:
    """(checks, m): sums of measured log rates that are zero where only pairs interact.

    Each has unit length. With single breaks and single fixes of four or five factors there
    is one; empty where the cells cannot tell.
    """
    contrasts: Floats = hadamard(1 << k, dtype=np.float64)
    low = [cell for cell in range(1 << k) if cell.bit_count() <= 2]
    left, sizes, _ = np.linalg.svd(contrasts[np.ix_(list(measured), low)])
    rank = int(np.sum(sizes > RCOND * sizes[0]))
    found: Floats = left[:, rank:].T
    return found


def _least_high_orders(main: Floats, pairs: Floats, high: Floats) -> Floats:
    """Coefficients of all contrasts per measured value: smallest ``high`` first, then ``pairs``."""
    ones = np.eye(len(main))
    by_high = _explain(np.hstack([main, pairs]), high)
    by_pairs = _explain(main, pairs) @ (ones - high @ by_high)
    by_main = np.linalg.pinv(main, rcond=RCOND) @ (ones - high @ by_high - pairs @ by_pairs)
    stacked: Floats = np.vstack([by_main, by_pairs, by_high])
    return stacked


def _explain(first: Floats, then: Floats) -> Floats:
    """Least-norm coefficients of ``then`` for what ``first`` cannot reach."""
    left = np.eye(len(first)) - first @ np.linalg.pinv(first, rcond=RCOND)
    left[np.abs(left) < RCOND] = 0.0  # all reached: what rounding leaves must not be inverted
    found: Floats = np.linalg.pinv(left @ then, rcond=RCOND) @ left
    return found
