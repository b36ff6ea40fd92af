from __future__ import annotations

from pathlib import Path

from tests.checks.judging import GIB, environment_of, judge, machine_with

DOCKERS = {"shared_memory_total_bytes": 64 << 20, "shared_memory_free_bytes": 60 << 20}


def test_dockers_default() -> None:
    result = judge("shared-memory", environment_of(**DOCKERS))
    assert result.state == "warning"
    assert result.summary == "60 MiB free in /dev/shm, Docker's default"


def test_with_several_gpus_it_is_a_problem(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "two_a100_unwell").model_copy(update=DOCKERS)
    assert judge("shared-memory", environment).state == "problem"


def test_enough_and_unreadable() -> None:
    enough = environment_of(shared_memory_total_bytes=8 * GIB, shared_memory_free_bytes=8 * GIB)
    assert judge("shared-memory", enough).state == "ok"
    assert judge("shared-memory", environment_of()).state == "unknown"
