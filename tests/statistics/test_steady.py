from __future__ import annotations

import numpy as np
import pytest

from doctor.statistics.steady import change_points, slope_over, steadiness

RNG = np.random.default_rng(7)


def series(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(len(rates) + 1, dtype=float), np.concatenate([[0.0], np.cumsum(rates)])


def noisy(levels: np.ndarray) -> np.ndarray:
    return levels * (1 + RNG.normal(0, 0.02, len(levels)))


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (noisy(np.full(40, 500.0)), "steady"),
        (np.full(40, 500.0), "steady"),
        (noisy(np.repeat([300.0, 500.0], 20)), "warming"),
        (noisy(np.repeat([500.0, 300.0], 20)), "drifting"),
        (noisy(np.repeat([500.0, 300.0, 500.0], 14)), "unsteady"),
        (RNG.uniform(10.0, 1000.0, 40), "unsteady"),
        (500.0 + 50.0 * np.tile([1.0, 0.3, -0.3, -1.0], 10), "steady"),
        (np.full(5, 500.0), "unknown"),
        (np.zeros(20), "unknown"),
    ],
    ids=["flat", "constant", "step up", "step down", "dip", "rough", "waves", "short", "empty"],
)
def test_classes(rates: np.ndarray, expected: str) -> None:
    state, why = steadiness(series(rates), 0.0, float(len(rates)))
    assert (state, bool(why)) == (expected, True)


def test_the_change_point_is_found_where_it_is() -> None:
    assert change_points(noisy(np.repeat([300.0, 500.0], [13, 27]))) == [13]


def test_flat_noise_has_no_change_point() -> None:
    found = [change_points(500 * (1 + RNG.normal(0, 0.1, 50))) for _ in range(200)]
    assert sum(bool(points) for points in found) < 5


def test_slope_of_correlated_noise_is_not_shown() -> None:
    times = np.arange(60, dtype=np.float64)
    shown = 0
    for _ in range(100):
        walk = np.zeros(60)
        for i in range(1, 60):
            walk[i] = 0.8 * walk[i - 1] + RNG.normal(0, 5)
        shown += slope_over(times, 500 + walk)[1] < 0.01
    assert shown <= 10


def test_slope_by_hand() -> None:
    times = np.arange(11, dtype=np.float64)
    change, p_value = slope_over(times, 100.0 + times)
    assert change == pytest.approx(10 / 105)
    assert p_value == pytest.approx(0.0, abs=1e-9)


def test_empty_series() -> None:
    assert steadiness((np.empty(0), np.empty(0)), 0.0, 1.0)[0] == "unknown"
