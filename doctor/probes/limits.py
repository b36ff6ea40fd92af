"""What the container or the service manager allows: CPU quota and memory, cgroup v1 and v2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from doctor.probes.machine import Machine

# cgroup v1 writes "no limit" as the largest page-aligned number; nothing real comes near.
_UNLIMITED_BYTES = 1 << 60


@dataclass(frozen=True)
class LimitsReading:
    """What this probe found; None where there is no such limit."""

    cgroup_version: int | None = None
    cpu_quota: float | None = None
    throttled_fraction: float | None = None
    memory_bytes: int | None = None
    memory_used_bytes: int | None = None


def read_limits(machine: Machine) -> LimitsReading:
    """Read the limits of the control group this process stands in, and of those above it."""
    version_2 = machine.exists("/sys/fs/cgroup/cgroup.controllers")
    cpu = list(_folders(machine, None if version_2 else "cpu"))
    memory = list(_folders(machine, None if version_2 else "memory"))
    quota = _quota_v2 if version_2 else _quota_v1
    limit = "memory.max" if version_2 else "memory.limit_in_bytes"
    used = "memory.current" if version_2 else "memory.usage_in_bytes"
    limited = [(amount, folder) for folder in memory if (amount := _bytes(machine, f"{folder}/{limit}"))]
    tightest = min(limited, default=None)
    return LimitsReading(
        cgroup_version=(2 if version_2 else 1) if machine.exists("/sys/fs/cgroup") else None,
        cpu_quota=_tightest(machine, cpu, quota),
        throttled_fraction=_tightest(machine, cpu, _throttled, pick=max),
        memory_bytes=tightest[0] if tightest else None,
        memory_used_bytes=machine.integer(f"{tightest[1]}/{used}") if tightest else None,
    )


def _folders(machine: Machine, controller: str | None) -> Iterator[str]:
    """The group's folder and its parents'. Inside a container the mount may start at the group itself."""
    base = "/sys/fs/cgroup" if controller is None else f"/sys/fs/cgroup/{controller}"
    inside = PurePosixPath(_own_group(machine, controller))
    for part in (inside, *inside.parents):
        folder = f"{base}/{str(part).lstrip('/')}".rstrip("/")
        if machine.exists(folder):
            yield folder


def _own_group(machine: Machine, controller: str | None) -> str:
    for line in (machine.text("/proc/self/cgroup") or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        wanted = controllers == "" if controller is None else controller in controllers.split(",")
        if wanted and ".." not in path:
            return path.strip() or "/"
    return "/"


def _tightest(
    machine: Machine,
    folders: list[str],
    read: Callable[[Machine, str], float | None],
    pick: Callable[[list[float]], float] = min,
) -> float | None:
    found = [value for folder in folders if (value := read(machine, folder)) is not None]
    return pick(found) if found else None


def _quota_v2(machine: Machine, folder: str) -> float | None:
    fields = (machine.line(f"{folder}/cpu.max") or "").split()
    if len(fields) != 2 or not all(field.isdecimal() for field in fields) or int(fields[1]) == 0:
        return None
    return int(fields[0]) / int(fields[1])


def _quota_v1(machine: Machine, folder: str) -> float | None:
    quota = machine.integer(f"{folder}/cpu.cfs_quota_us")
    period = machine.integer(f"{folder}/cpu.cfs_period_us")
    return quota / period if quota and period and quota > 0 and period > 0 else None


def quota_counters(machine: Machine) -> tuple[int, int] | None:
    """Periods of the CPU quota so far, and those in which the group was stopped; None without a quota.

    Of the groups that this process stands in, those of the one that was stopped most.
    """
    version_2 = machine.exists("/sys/fs/cgroup/cgroup.controllers")
    folders = _folders(machine, None if version_2 else "cpu")
    read = [counters for folder in folders if (counters := _counters(machine, folder)) is not None]
    return max(read, key=lambda counters: counters[1], default=None)


def _throttled(machine: Machine, folder: str) -> float | None:
    counters = _counters(machine, folder)
    return counters[1] / counters[0] if counters else None


def _counters(machine: Machine, folder: str) -> tuple[int, int] | None:
    fields = dict(
        line.split(None, 1) for line in (machine.text(f"{folder}/cpu.stat") or "").splitlines() if " " in line
    )
    try:
        periods, throttled = int(fields["nr_periods"]), int(fields["nr_throttled"])
    except (KeyError, ValueError):
        return None
    return (periods, throttled) if periods > 0 else None


def _bytes(machine: Machine, path: str) -> int | None:
    amount = machine.integer(path)
    return amount if amount is not None and 0 < amount < _UNLIMITED_BYTES else None
