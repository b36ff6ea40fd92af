"""Whether models and compiled kernels lie on a disk that is local and has room."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.units import gib
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Disk, Environment

_COST = ThroughputCost(
    text="start-up time, not the throughput of a running engine; a full disk ends the run",
    source="docs/checks/cache-disk.md",
)
_LEAST_FREE_BYTES = 10 << 30
_NETWORK = ("nfs", "cifs", "smb", "fuse", "lustre", "ceph", "gpfs", "beegfs", "9p", "virtiofs", "glusterfs")


def _judge(environment: Environment) -> Judgement:
    told = [disk for disk in environment.disks if disk.free_bytes is not None]
    if not told:
        return unknown("no file system can be read")
    seen = tuple(
        reading(disk.purpose, f"{_describe(disk)} at {disk.path}", "statvfs, /proc/self/mounts")
        for disk in told
    )
    full = [disk for disk in told if (disk.free_bytes or 0) < _LEAST_FREE_BYTES]
    remote = [disk for disk in told if disk.filesystem.startswith(_NETWORK)]
    if full or remote:
        reasons = [f"{disk.purpose}: {gib(disk.free_bytes or 0)} free" for disk in full]
        reasons += [f"{disk.purpose} lies on {disk.filesystem}" for disk in remote]
        return warning(
            "; ".join(reasons),
            *seen,
            cost=_COST,
            action="Point the caches to a local disk with room.",
            command="export HF_HOME=/local/huggingface VLLM_CACHE_ROOT=/local/vllm",
        )
    return ok(f"{gib(min(disk.free_bytes or 0 for disk in told))} free or more, all local", *seen)


def _describe(disk: Disk) -> str:
    kind = f", {disk.filesystem}" if disk.filesystem else ""
    return f"{gib(disk.free_bytes or 0)} free{kind}"


CHECK = Check("cache-disk", "Disks of the caches", "CPU and host", _judge)
