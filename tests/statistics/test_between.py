"""Ratios between two checks, against Welch's arithmetic and by their coverage."""

from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from doctor.schema.run import Run
from doctor.statistics.between import ratio_between, relative_ratio_between
from tests.statistics.builders import make_run


def runs(rates: dict[str, list[float]]) -> list[Run]:
    """One run per rate, each in its own engine start, rounds interleaved."""
    made: list[Run] = []
    for repeat in range(max(map(len, rates.values()))):
        for arm, values in rates.items():
            if repeat < len(values):
                made.append(make_run(arm, values[repeat], repeat=repeat, start=len(made), position=len(made)))
    return made


def test_four_starts_each_is_welch_on_logarithms() -> None:
    one, other = [100.0, 103.0, 98.0, 101.0], [90.0, 95.0, 88.0, 93.0]
    found = ratio_between(runs({"a": one}), "a", runs({"a": other}), "a")
    assert found is not None
    welch = stats.ttest_ind([math.log(x) for x in other], [math.log(x) for x in one], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found.low == pytest.approx(math.exp(interval.low))
    assert found.high == pytest.approx(math.exp(interval.high))


def test_a_single_run_each_gives_a_ratio_and_no_interval() -> None:
    found = ratio_between(runs({"a": [100.0]}), "a", runs({"a": [80.0]}), "a")
    assert found is not None
    assert found.estimate == pytest.approx(0.8)
    assert found.low is None
    assert ratio_between(runs({"a": [100.0]}), "a", runs({"b": [80.0]}), "a") is None


def test_relative_ratio_is_the_ratio_of_ratios() -> None:
    first = runs({"ref": [100.0, 102.0, 98.0], "a": [50.0, 51.0, 49.0]})
    second = runs({"ref": [200.0, 204.0, 196.0], "a": [80.0, 81.6, 78.4]})
    found = relative_ratio_between(first, ("a", "ref"), second, ("a", "ref"))
    assert found is not None
    assert found.estimate == pytest.approx((80 / 200) / (50 / 100), rel=1e-3)


def test_pooled_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance = random.Random(11)

    def drawn(level: float) -> list[Run]:
        arms = {name: [level * math.exp(chance.gauss(0, 0.03)) for _ in range(3)] for name in "abcd"}
        return runs(arms)

    held = 0
    for _ in range(300):
        found = ratio_between(drawn(100.0), "a", drawn(90.0), "a")
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.9 <= found.high
    assert 0.91 <= held / 300 <= 0.985  # 95 % less and plus three standard errors of 1.26 %
