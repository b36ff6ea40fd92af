from __future__ import annotations

import pytest

from tests.checks.judging import GIB, environment_of, judge


@pytest.mark.parametrize(("free_gib", "state"), [(48, "ok"), (12, "warning"), (3, "problem")])
def test_available(free_gib: int, state: str) -> None:
    assert judge("free-memory", environment_of(memory_available_bytes=free_gib * GIB)).state == state


def test_the_containers_limit_counts() -> None:
    environment = environment_of(cgroup_memory_bytes=10 * GIB, cgroup_memory_used_bytes=4 * GIB)
    result = judge("free-memory", environment)
    assert result.state == "problem"
    assert result.summary.startswith("6 GiB available")


def test_unreadable() -> None:
    assert judge("free-memory", environment_of(memory_total_bytes=0)).state == "unknown"
