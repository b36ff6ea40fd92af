from __future__ import annotations

import pytest

from tests.checks.judging import environment_of, judge


@pytest.mark.parametrize(
    ("governor", "state"),
    [
        ("performance", "ok"),
        ("schedutil", "ok"),
        ("powersave", "warning"),
        ("performance, powersave", "warning"),
        (None, "skipped"),
    ],
)
def test_governor(governor: str | None, state: str) -> None:
    assert judge("cpu-governor", environment_of(cpu_governor=governor)).state == state
