"""Whether something else keeps the CPU busy."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, unknown, warning
from doctor.schema.environment import Environment

_BUSY_PERCENT = 25.0  # of all cores; an idle machine with its daemons stays in single digits
_LOAD_PER_CORE = 0.7


def _judge(environment: Environment) -> Judgement:
    busy, load = environment.cpu_busy_percent, environment.load_1m
    if busy is None and load is None:
        return unknown("neither /proc/stat nor /proc/loadavg can be read")
    cores = environment.cpus_machine or environment.cpus_usable
    seen = []
    if busy is not None:
        seen.append(reading("CPU busy", f"{busy:.0f} %", "/proc/stat, two looks 0.1 s apart"))
    if load is not None:
        seen.append(reading("load", f"{load:.2f} on {cores} cores", "/proc/loadavg, one minute"))
    told = ", ".join(f"{one.what} {one.value}" for one in seen)
    # Either alone can mislead: the load remembers what has ended, the look sees a tenth of a second.
    crowded = load is not None and load > _LOAD_PER_CORE * cores
    if (busy is not None and busy > _BUSY_PERCENT) or crowded:
        return warning(
            told,
            *seen,
            cost=NO_FIGURE,
            action="End what else runs, or wait until it has: the engine's Python needs a whole core per"
            " process, and what runs beside it makes repeats differ.",
            command="ps -eo pid,user,pcpu,comm --sort=-pcpu | head",
        )
    return ok(told, *seen)


CHECK = Check("host-load", "Load from others", "CPU and host", _judge)
