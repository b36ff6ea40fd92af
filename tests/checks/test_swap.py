from __future__ import annotations

import pytest

from tests.checks.judging import GIB, environment_of, judge


@pytest.mark.parametrize(
    ("total", "used", "state"),
    [(0, 0, "ok"), (8, 0, "ok"), (8, 1, "ok"), (8, 5, "warning"), (None, None, "unknown")],
)
def test_swap(total: int | None, used: int | None, state: str) -> None:
    environment = environment_of(
        swap_total_bytes=None if total is None else total * GIB,
        swap_used_bytes=None if used is None else used * GIB,
    )
    assert judge("swap", environment).state == state
