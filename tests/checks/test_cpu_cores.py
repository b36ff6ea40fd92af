from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


@pytest.mark.parametrize(
    ("recording", "cores", "state"),
    [
        ("a100_sxm", 3, "ok"),
        ("a100_sxm", 2, "warning"),
        ("two_a100_unwell", 3, "warning"),
        ("no_driver", 2, "warning"),
        ("no_driver", 4, "ok"),
    ],
)
def test_wanted_cores(recording: str, cores: int, state: str, tmp_path: Path) -> None:
    assert judge("cpu-cores", machine_with(tmp_path, recording, cores=cores)).state == state


def test_quota_counts(tmp_path: Path) -> None:
    files = {"/sys/fs/cgroup/cgroup.controllers": "cpu\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"}
    result = judge("cpu-cores", machine_with(tmp_path, "a100_sxm", files=files, cores=16))
    assert result.state == "warning"
    assert result.summary == "1 usable; vLLM 0.32.0 on 1 GPU wants 3 or more"
