from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.statistics.intervals import mean_interval, paired_ratio_interval, ratio_interval
from doctor.statistics.verdict import compare

ANY_NUMBER = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)
GROUPS = st.lists(st.lists(ANY_NUMBER, max_size=4), max_size=6)


def test_welch_by_hand() -> None:
    """ln rates 0.00 0.02 0.04 against 0.10 0.10 0.13: means 0.02 and 0.11, variances 4e-4 and 3e-4.

    Standard error sqrt(7e-4 / 3) = 0.015275; degrees of freedom
    (7e-4)² / ((4e-4)² / 2 + (3e-4)² / 2) = 3.92; t(0.975, 3.92) = 2.80.
    """
    first = [[math.exp(v) for v in (0.00, 0.02, 0.04)]]
    second = [[math.exp(v) for v in (0.10, 0.10, 0.13)]]
    found = ratio_interval(first, second)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert math.log(found.estimate) == pytest.approx(-0.09)
    assert math.log(found.high / found.estimate) == pytest.approx(2.80 * 0.015275, rel=5e-3)
    assert math.log(found.estimate / found.low) == pytest.approx(math.log(found.high / found.estimate))
    assert "3.9 df" in found.method


def test_runs_of_one_engine_start_are_one_unit() -> None:
    together = mean_interval([[100.0, 101.0, 99.0], [110.0, 111.0, 109.0]])
    assert together is not None
    assert together.n == 2


def test_many_starts_are_bootstrapped_and_agree_with_t() -> None:
    rng = np.random.default_rng(5)
    first = [[float(v)] for v in 100 * np.exp(rng.normal(0, 0.02, 12))]
    second = [[float(v)] for v in 90 * np.exp(rng.normal(0, 0.02, 12))]
    found = ratio_interval(first, second)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert "bootstrap over engine starts" in found.method
    t_width = 2 * 2.07 * 0.02 * math.sqrt(2 / 12)
    assert math.log(found.high / found.low) == pytest.approx(t_width, rel=0.4)


def test_pairs_within_rounds_remove_a_drift() -> None:
    drift = np.array([0.0, 0.2, 0.4, 0.6])
    noise = np.array([0.001, -0.001, 0.0005, -0.0005])
    paired = paired_ratio_interval((0.1 + noise).tolist())
    apart = ratio_interval([np.exp(0.1 + drift + noise).tolist()], [np.exp(drift).tolist()])
    assert compare(paired) == "difference shown"
    assert compare(apart) == "no difference shown"


@pytest.mark.parametrize(
    "groups",
    [[], [[]], [[0.0, 1.0]], [[-1.0]], [[float("nan")]], [[1.0], [0.0]]],
)
def test_no_positive_rate_no_interval(groups: list[list[float]]) -> None:
    assert mean_interval(groups) is None
    assert ratio_interval(groups, [[1.0, 1.1]]) is None
    assert compare(ratio_interval(groups, [[1.0, 1.1]])) == "inconclusive"


@pytest.mark.parametrize("groups", [[[100.0]], [[100.0, 100.0, 100.0]], [[100.0], [100.0]]])
def test_one_value_or_no_spread_is_inconclusive(groups: list[list[float]]) -> None:
    found = mean_interval(groups)
    assert found is not None
    assert (found.low, found.high) == (None, None)
    assert compare(ratio_interval(groups, [[50.0]])) == "inconclusive"
    assert compare(ratio_interval(groups, groups)) == "inconclusive"
    assert paired_ratio_interval([]) is None
    assert compare(paired_ratio_interval([0.1])) == "inconclusive"
    assert compare(paired_ratio_interval([0.1, 0.1, 0.1])) == "inconclusive"


@given(GROUPS, GROUPS)
def test_never_raises_and_low_is_below_high(first: list[list[float]], second: list[list[float]]) -> None:
    found = ratio_interval(first, second)
    if found is not None and found.low is not None and found.high is not None:
        assert found.low <= found.estimate <= found.high


def test_verdicts() -> None:
    shown = paired_ratio_interval([0.10, 0.11, 0.09, 0.10])
    not_shown = paired_ratio_interval([0.10, -0.11, 0.09, -0.10])
    assert compare(shown) == "difference shown"
    assert compare(not_shown) == "no difference shown"
    assert compare(None) == "inconclusive"
