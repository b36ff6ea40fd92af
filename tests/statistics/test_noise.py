from __future__ import annotations

import math

import numpy as np
import pytest

from doctor.schema.run import Run
from doctor.statistics.noise import noise_floor
from tests.statistics.builders import interleaved, make_run


def test_pilot_of_one_arm() -> None:
    rates = [100.0, 102.0, 99.0, 101.0]
    floor = noise_floor(interleaved({"reference": rates}))
    assert floor is not None
    assert floor.run_sd == pytest.approx(np.std(np.log(rates), ddof=1))
    assert floor.start_sd is None
    assert floor.dof == 3


def test_levels_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    runs: list[Run] = []
    for start in range(60):
        shared = rng.normal(0, 0.05)
        for _ in range(4):
            rate = 100 * math.exp(shared + rng.normal(0, 0.01))
            position = len(runs)
            runs.append(make_run(rate=rate, repeat=position, start=start, position=position))
    floor = noise_floor(runs)
    assert floor is not None
    assert floor.run_sd == pytest.approx(0.01, rel=0.2)
    assert floor.start_sd == pytest.approx(0.05, rel=0.3)


def test_unknown_noise_is_none_not_zero() -> None:
    assert noise_floor([]) is None
    assert noise_floor([make_run()]) is None
    assert noise_floor(interleaved({"reference": [100.0, 100.0]})) is None
