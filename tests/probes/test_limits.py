from __future__ import annotations

from pathlib import Path

import pytest

from doctor.probes.environment import usable_cores
from doctor.probes.limits import read_limits
from tests.probes.machines import make_machine

V2 = {"/sys/fs/cgroup/cgroup.controllers": "cpu memory\n"}


def test_v2_takes_the_tightest_of_the_group_and_those_above(tmp_path: Path) -> None:
    files = {
        **V2,
        "/proc/self/cgroup": "0::/kubepods/pod1\n",
        "/sys/fs/cgroup/kubepods/cpu.max": "1600000 100000\n",
        "/sys/fs/cgroup/kubepods/pod1/cpu.max": "250000 100000\n",
        "/sys/fs/cgroup/kubepods/pod1/cpu.stat": "usage_usec 9\nnr_periods 200\nnr_throttled 50\n",
        "/sys/fs/cgroup/kubepods/pod1/memory.max": "max\n",
        "/sys/fs/cgroup/kubepods/memory.max": "8589934592\n",
        "/sys/fs/cgroup/kubepods/memory.current": "1073741824\n",
    }
    reading = read_limits(make_machine(tmp_path, files))
    assert reading.cgroup_version == 2
    assert reading.cpu_quota == 2.5
    assert reading.throttled_fraction == 0.25
    assert reading.memory_bytes == 8 << 30
    assert reading.memory_used_bytes == 1 << 30


def test_v2_without_limits(tmp_path: Path) -> None:
    files = {**V2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"}
    reading = read_limits(make_machine(tmp_path, files))
    assert (reading.cpu_quota, reading.memory_bytes, reading.throttled_fraction) == (None, None, None)


def test_v1_inside_a_container_whose_mount_starts_at_its_group(tmp_path: Path) -> None:
    files = {
        "/proc/self/cgroup": "4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "400000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    reading = read_limits(make_machine(tmp_path, files))
    assert reading.cgroup_version == 1
    assert reading.cpu_quota == 4.0
    assert reading.memory_bytes is None


@pytest.mark.parametrize("text", ["", "max", "-1 100000", "5 0", "garbage here", "1 2 3"])
def test_v2_nonsense_is_no_limit(text: str, tmp_path: Path) -> None:
    files = {**V2, "/sys/fs/cgroup/cpu.max": text, "/sys/fs/cgroup/cpu.stat": "nr_periods x\nodd"}
    reading = read_limits(make_machine(tmp_path, files))
    assert reading.cpu_quota is None
    assert reading.throttled_fraction is None


def test_a_group_path_that_climbs_out_is_not_followed(tmp_path: Path) -> None:
    files = {**V2, "/proc/self/cgroup": "0::/../../etc\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n"}
    assert read_limits(make_machine(tmp_path, files)).cpu_quota == 2.0


@pytest.mark.parametrize(
    ("affinity", "cores", "quota", "usable"),
    [(8, 16, None, 8), (8, 16, 2.5, 2), (8, 16, 0.5, 1), (0, 4, None, 4), (0, None, None, 1)],
)
def test_usable_cores(affinity: int, cores: int | None, quota: float | None, usable: int) -> None:
    assert usable_cores(affinity, cores, quota) == usable
