from __future__ import annotations

import pytest

from tests.checks.judging import environment_of, judge


@pytest.mark.parametrize(
    ("busy", "load", "state"),
    [
        (3.0, 0.4, "ok"),
        (60.0, 0.4, "warning"),
        (3.0, 7.5, "warning"),
        (None, 0.4, "ok"),
        (3.0, None, "ok"),
        (None, None, "unknown"),
    ],
)
def test_either_is_enough(busy: float | None, load: float | None, state: str) -> None:
    environment = environment_of(cpu_busy_percent=busy, load_1m=load, cpus_machine=8)
    assert judge("host-load", environment).state == state
