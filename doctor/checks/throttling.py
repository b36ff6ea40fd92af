"""What holds the clocks back at this moment."""

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
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

# NVML's clock-event bits that cost throughput. Idle (0x1) and display clocks (0x100) do not, and the
# clocks setting (0x2) has a check of its own.
_HARDWARE = {0x8: "hardware slow-down", 0x40: "hardware thermal slow-down", 0x80: "external power brake"}
_SOFTWARE = {0x4: "power cap", 0x10: "sync boost", 0x20: "software thermal slow-down"}
_POWER_COST = ThroughputCost(
    text="under a power cap prefill loses most: 27 % between 210 and 330 W on an AMD GPU, decode nothing",
    source="https://github.com/Tanguille/cluster/pull/4137",
)


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    mask = gpu.throttle_reasons
    if mask is None:
        return unknown("the driver does not tell what holds the clocks back")
    seen = reading("clock events", f"0x{mask:x}", where(gpu, "nvmlDeviceGetCurrentClocksEventReasons"))
    clock = reading("SM clock", f"{gpu.sm_clock_mhz or 0:.0f} MHz", where(gpu, "nvmlDeviceGetClockInfo"))
    hardware = [name for bit, name in _HARDWARE.items() if mask & bit]
    software = [name for bit, name in _SOFTWARE.items() if mask & bit]
    command = f"nvidia-smi -i {gpu.index} -q -d PERFORMANCE,TEMPERATURE,POWER"
    if hardware:
        return problem(
            f"held back now: {', '.join(hardware + software)}",
            seen,
            clock,
            cost=NO_FIGURE,
            action="Cooling or power supply: nothing measured in this state stands for the GPU.",
            command=command,
        )
    if software:
        return warning(
            f"held back now: {', '.join(software)}",
            seen,
            clock,
            cost=_POWER_COST if mask & 0x4 else NO_FIGURE,
            action="A cap in full work is normal at the default limit; on an idle GPU, or below it, look at"
            " the power limit and the cooling.",
            command=command,
        )
    return ok("nothing holds the clocks back", seen)


CHECK = Check("throttling", "Throttling now", "GPU", _judge)
