from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from doctor.statistics.fit import fit_arms
from doctor.statistics.uneven import bartlett_p
from tests.statistics.builders import interleaved

QUIET = {"a": [100.0, 100.2, 99.9], "b": [80.0, 80.1, 79.8], "c": [70.0, 69.9, 70.1]}


def test_bartlett_agrees_with_scipy() -> None:
    rng = np.random.default_rng(0)
    groups = [rng.normal(0, size, 5) for size in (1.0, 2.0, 5.0)]
    assert bartlett_p(groups) == pytest.approx(stats.bartlett(*groups).pvalue)


def test_degenerate_groups_show_nothing() -> None:
    assert bartlett_p([]) == 1.0
    assert bartlett_p([np.array([1.0])]) == 1.0
    assert bartlett_p([np.array([1.0, 1.0]), np.array([1.0, 2.0])]) == 1.0


def test_a_much_noisier_arm_has_its_own_variance() -> None:
    noisy = [50.0, 60.0, 42.0]
    fit = fit_arms(interleaved({**QUIET, "d": noisy, "once": [30.0]}), "output")
    assert fit is not None
    assert "own variance" in fit.method
    assert len(fit.noise) == 4
    worst = max(fit.noise, key=lambda term: term.variance)
    assert worst.variance == pytest.approx(np.var(np.log(noisy), ddof=1))
    assert worst.weights[4][4] > 0  # the arm that ran once takes the largest variance


def test_equal_noise_is_pooled() -> None:
    fit = fit_arms(interleaved(QUIET), "output")
    assert fit is not None
    assert len(fit.noise) == 1
