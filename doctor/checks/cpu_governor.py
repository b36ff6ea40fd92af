"""Whether the CPU's clock may rise at once."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, skipped, warning
from doctor.schema.environment import Environment

# intel_pstate's own "powersave" scales with load and is a normal setting, but slower to rise.
_FAST = {"performance", "schedutil", "ondemand"}


def _judge(environment: Environment) -> Judgement:
    governor = environment.cpu_governor
    if governor is None:
        return skipped("the host decides; no governor is visible here")
    seen = reading("governor", governor, "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")
    if set(governor.split(", ")) <= _FAST:
        return ok(governor, seen)
    return warning(
        f"governor {governor}: the clock rises late, and the engine's steps are short",
        seen,
        cost=NO_FIGURE,
        action="Set the governor to performance for the time of the measurement.",
        command="sudo cpupower frequency-set -g performance",
    )


CHECK = Check("cpu-governor", "CPU frequency governor", "CPU and host", _judge)
