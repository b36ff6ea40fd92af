"""Whether this is Linux inside Windows."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; vLLM switches pinned memory off there and says that this may slow it down",
    source="https://github.com/vllm-project/vllm/pull/41496",
)


def _judge(environment: Environment) -> Judgement:
    if environment.wsl is None:
        return unknown("the kernel's name cannot be read")
    seen = reading("kernel", environment.kernel, "/proc/sys/kernel/osrelease")
    if environment.wsl:
        return warning(
            "Linux inside Windows (WSL)",
            seen,
            cost=_COST,
            action="Measure on Linux itself; where that cannot be, close what else uses the GPU.",
            command="wsl --update   # in Windows",
        )
    return ok("Linux itself", seen)


CHECK = Check("wsl", "Windows Subsystem for Linux", "CPU and host", _judge)
