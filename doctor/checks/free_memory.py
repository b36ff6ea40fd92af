"""Whether there is memory for the engine's processes and for loading weights."""

from __future__ import annotations

from doctor.checks.framework.contract import (
    NO_FIGURE,
    Check,
    Judgement,
    ok,
    problem,
    reading,
    unknown,
    warning,
)
from doctor.checks.framework.units import gib
from doctor.schema.environment import Environment

# A process that has imported torch and vLLM takes 1 to 2 GiB, and an engine is three or four of them.
_ENGINE_BYTES = 8 << 30
_TIGHT_BYTES = 16 << 30
_COMMAND = "ps -eo pid,user,rss,comm --sort=-rss | head"


def _judge(environment: Environment) -> Judgement:
    if environment.memory_total_bytes <= 0:
        return unknown("/proc/meminfo cannot be read")
    free = environment.memory_available_bytes
    seen = [
        reading(
            "available",
            f"{gib(free)} of {gib(environment.memory_total_bytes)}",
            "/proc/meminfo, MemAvailable",
        )
    ]
    limit, used = environment.cgroup_memory_bytes, environment.cgroup_memory_used_bytes
    if limit is not None:
        seen.append(reading("container's limit", f"{gib(used or 0)} used of {gib(limit)}", "/sys/fs/cgroup"))
        free = min(free, max(0, limit - (used or 0)))
    if free < _ENGINE_BYTES:
        return problem(
            f"{gib(free)} available: too little for the engine's processes",
            *seen,
            cost=NO_FIGURE,
            action="Free memory or raise the container's limit; the kernel ends processes that do not fit.",
            command=_COMMAND,
        )
    if free < _TIGHT_BYTES:
        return warning(
            f"{gib(free)} available: enough for the engine, tight for loading weights",
            *seen,
            cost=NO_FIGURE,
            action="Free memory where you can: weights that leave the page cache are read from disk anew.",
            command=_COMMAND,
        )
    return ok(f"{gib(free)} available", *seen)


CHECK = Check("free-memory", "Free memory", "CPU and host", _judge)
