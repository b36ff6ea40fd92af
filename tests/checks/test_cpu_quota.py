from __future__ import annotations

from pathlib import Path

from tests.checks.judging import environment_of, judge, machine_with

V2 = {"/sys/fs/cgroup/cgroup.controllers": "cpu\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"}


def test_stopped_often(tmp_path: Path) -> None:
    files = {**V2, "/sys/fs/cgroup/cpu.stat": "nr_periods 100\nnr_throttled 30\n"}
    result = judge("cpu-quota", machine_with(tmp_path, files=files, cores=4))
    assert result.state == "problem"
    assert "stopped in 30 % of its periods" in result.summary


def test_quota_below_what_is_visible(tmp_path: Path) -> None:
    assert judge("cpu-quota", machine_with(tmp_path, files=V2, cores=64)).state == "warning"


def test_quota_of_all_none_and_unreadable(tmp_path: Path) -> None:
    assert judge("cpu-quota", machine_with(tmp_path, files=V2, cores=4)).state == "ok"
    assert judge("cpu-quota", environment_of(cgroup_version=2)).summary == "no quota"
    assert judge("cpu-quota", environment_of()).state == "unknown"
