"""Whether the engine's processes have room to talk to each other."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, unknown, warning
from doctor.checks.framework.units import gib
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

# Docker gives 64 MiB where nothing is asked for; vLLM's documentation asks for the host's, or for gigabytes.
_DOCKERS_DEFAULT_BYTES = 64 << 20
_ENOUGH_BYTES = 1 << 30
_COST = ThroughputCost(
    text="no figure known; as a rule the engine fails with a bus error rather than slows down"
)


def _judge(environment: Environment) -> Judgement:
    total, free = environment.shared_memory_total_bytes, environment.shared_memory_free_bytes
    if total is None or free is None:
        return unknown("the shared memory cannot be read")
    seen = reading("shared memory", f"{gib(free)} free of {gib(total)}", "statvfs of its mount")
    if free >= _ENOUGH_BYTES:
        return ok(f"{gib(free)} free", seen)
    tiny = total <= _DOCKERS_DEFAULT_BYTES and len(environment.gpus) > 1
    judge = problem if tiny else warning
    return judge(
        f"{free >> 20} MiB free in /dev/shm"
        + (", Docker's default" if total == _DOCKERS_DEFAULT_BYTES else ""),
        seen,
        cost=_COST,
        action="Give the container the host's shared memory, or a larger one of its own.",
        command="docker run --ipc=host …   # or --shm-size=8g; Kubernetes: an emptyDir with medium: Memory",
    )


CHECK = Check("shared-memory", "Shared memory", "CPU and host", _judge)
