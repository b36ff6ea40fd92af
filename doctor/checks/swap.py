"""Whether the machine has begun to swap."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.units import gib
from doctor.schema.environment import Environment

_HARMLESS_BYTES = 1 << 30  # pages that nobody has touched for days lie there on any long-running host


def _judge(environment: Environment) -> Judgement:
    total, used = environment.swap_total_bytes, environment.swap_used_bytes
    if total is None or used is None:
        return unknown("/proc/meminfo cannot be read")
    if total == 0:
        return ok("no swap", reading("swap", "none", "/proc/meminfo"))
    seen = reading("swap used", f"{gib(used)} of {gib(total)}", "/proc/meminfo")
    if used > _HARMLESS_BYTES:
        return warning(
            f"{gib(used)} of {gib(total)} in use",
            seen,
            cost=NO_FIGURE,
            action="Free memory before measuring: an engine whose pages lie on disk stops for each of them.",
            command="vmstat 1 5   # si and so are to stay at 0",
        )
    return ok(f"{gib(used)} of {gib(total)} in use", seen)


CHECK = Check("swap", "Swap", "CPU and host", _judge)
