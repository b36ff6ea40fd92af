"""The 95 % intervals hold the truth in 93 to 97 % of simulated experiments."""

from __future__ import annotations

import pytest

from benchmarks.coverage import Coverage, run_scenario, scenarios
from doctor.schema.rates import Interval

EXPERIMENTS = 10


def test_intervals_cover_the_truth() -> None:
    everything = list(scenarios())
    assert len(everything) * EXPERIMENTS >= 2000
    assert {scenario.factors for scenario in everything} == {2, 3, 4, 5}
    assert {scenario.noise for scenario in everything} >= {0.003, 0.2}
    total = Coverage()
    for number, scenario in enumerate(everything):
        total.merge(run_scenario(scenario, EXPERIMENTS, seed=20240401 + number))
    for kind in ("share", "factor", "fix one", "fix all"):
        assert 0.93 <= total.share(kind) <= 0.97, kind


def test_an_interval_without_ends_covers_nothing() -> None:
    counted = Coverage()
    counted.add("share", Interval(estimate=1.0), 1.0)
    counted.add("share", Interval(estimate=1.0, low=0.5, high=1.5), 1.0)
    assert counted.share("share") == pytest.approx(0.5)
