from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from doctor.attribution.logmean import log_mean, log_mean_gradient
from doctor.attribution.shapley import owen_weights, shapley_weights


def test_weights_of_three_by_hand() -> None:
    """Player 0 alone, cells 000 … 111 (bit 0 is player 0): +1/3 and -1/3 at the ends of the
    lattice, +1/6 and -1/6 between."""
    expected = [1 / 3, -1 / 3, 1 / 6, -1 / 6, 1 / 6, -1 / 6, 1 / 3, -1 / 3]
    assert shapley_weights(3)[0] == pytest.approx(expected)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_equals_the_mean_over_all_orders(k: int) -> None:
    values = np.random.default_rng(k).normal(size=1 << k)
    expected = np.zeros(k)
    for order in permutations(range(k)):
        mask = 0
        for player in order:
            expected[player] += values[mask] - values[mask | 1 << player]
            mask |= 1 << player
    assert shapley_weights(k) @ values == pytest.approx(expected / math.factorial(k))


def test_owen_by_orders_in_which_groups_stay_together() -> None:
    groups = ((0, 1), (2,), (3, 4))
    values = np.random.default_rng(9).normal(size=32)
    expected, orders = np.zeros(5), 0
    for order in permutations(range(5)):
        places = [sorted(order.index(player) for player in group) for group in groups]
        if any(p[-1] - p[0] != len(p) - 1 for p in places):
            continue
        orders, mask = orders + 1, 0
        for player in order:
            expected[player] += values[mask] - values[mask | 1 << player]
            mask |= 1 << player
    assert owen_weights(groups) @ values == pytest.approx(expected / orders)


def test_no_players() -> None:
    assert shapley_weights(0).shape == (0, 1)


@pytest.mark.parametrize(
    ("first", "second"), [(1000.0, 400.0), (400.0, 1000.0), (1000.0, 1000.0), (1000.0, 1000.0001)]
)
def test_log_mean_times_log_ratio_is_the_difference(first: float, second: float) -> None:
    assert log_mean(first, second) * math.log(first / second) == pytest.approx(first - second, abs=1e-9)
    assert min(first, second) <= log_mean(first, second) <= max(first, second)


@pytest.mark.parametrize(("first", "second"), [(1000.0, 400.0), (1000.0, 999.0), (1000.0, 1000.0)])
def test_gradient_of_the_log_mean(first: float, second: float) -> None:
    step = 1e-5
    numeric = [
        (log_mean(first * math.exp(step), second) - log_mean(first * math.exp(-step), second)) / (2 * step),
        (log_mean(first, second * math.exp(step)) - log_mean(first, second * math.exp(-step))) / (2 * step),
    ]
    assert log_mean_gradient(first, second) == pytest.approx(numeric, rel=1e-4)
