from __future__ import annotations

import numpy as np
import pytest

from doctor.statistics.repeats import stability_of_arms
from doctor.statistics.stability import NoiseOfOthers, stability_of_repeats
from tests.statistics.builders import interleaved


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([], "unknown"),
        ([100.0], "unknown"),
        ([100.0, 101.0], "unknown"),
        ([100.0, 60.0], "unsteady"),
        ([100.0, 101.0, 99.5], "steady"),
        ([100.0, 100.0, 100.0], "steady"),
        ([80.0, 100.0, 101.0], "warming"),
        ([100.0, 95.0, 90.1, 85.2, 80.0], "drifting"),
        ([80.0, 85.0, 90.1, 95.2, 100.0], "warming"),
        ([100.0, 70.0, 130.0], "unsteady"),
    ],
)
def test_classes(rates: list[float], expected: str) -> None:
    state, why = stability_of_repeats(rates)
    assert state == expected
    assert why


def test_a_drift_that_all_arms_share_is_taken_out() -> None:
    drift = np.array([1.0, 0.95, 0.90, 0.85, 0.80])
    runs = interleaved({arm: (rate * drift).tolist() for arm, rate in (("a", 100), ("b", 90), ("c", 50))})
    assert {state for state, _ in stability_of_arms(runs).values()} == {"steady"}


def test_sound_arms_are_seldom_called_unstable() -> None:
    rng = np.random.default_rng(1)
    bad = [
        stability_of_repeats(np.exp(rng.normal(0, 0.02, n)).tolist())[0] not in ("steady", "unknown")
        for n in (2, 3, 5)
        for _ in range(300)
    ]
    assert np.mean(bad) < 0.02


def test_an_arm_as_noisy_as_all_others_is_not_called_unsteady() -> None:
    noisy = NoiseOfOthers(sd=0.2, dof=10)
    assert stability_of_repeats([100.0, 130.0, 90.0])[0] == "unsteady"
    assert stability_of_repeats([100.0, 130.0, 90.0], noise=noisy)[0] == "steady"


def test_an_arm_far_noisier_than_all_others_is_unsteady() -> None:
    assert stability_of_repeats([100.0, 160.0, 90.0], noise=NoiseOfOthers(sd=0.02, dof=10))[0] == "unsteady"
    assert stability_of_repeats([100.0, 400.0, 90.0], noise=NoiseOfOthers(sd=0.2, dof=10))[0] == "unsteady"


def test_a_slow_first_run_within_the_machine_s_noise_is_no_warm_up() -> None:
    rates = [80.0, 100.0, 101.0]
    assert stability_of_repeats(rates)[0] == "warming"
    assert stability_of_repeats(rates, noise=NoiseOfOthers(sd=0.2, dof=10))[0] == "steady"
