"""Whether the clocks are held below what the GPU can do."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.units import percent
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_APPLICATION_CLOCKS = 0x2  # NVML's clock-event bit: somebody set them
_HARMLESS_SHARE = 0.95  # boost moves by some per cent on its own
_COST = ThroughputCost(
    text="prefill is in proportion to the SM clock, decode hardly: from arithmetic, not measured",
    source="docs/checks/gpu-clocks.md",
)


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    highest = gpu.sm_clock_max_mhz
    if highest is None:
        return unknown("the driver does not tell the highest clock")
    ceiling = reading("highest SM clock", f"{highest:.0f} MHz", where(gpu, "nvmlDeviceGetMaxClockInfo"))
    application, default = gpu.sm_clock_application_mhz, gpu.sm_clock_application_default_mhz
    if application is not None and default is not None and application < _HARMLESS_SHARE * default:
        return warning(
            f"application clock set to {application:.0f} MHz, its default is {default:.0f} MHz",
            reading(
                "application clock", f"{application:.0f} MHz", where(gpu, "nvmlDeviceGetApplicationsClock")
            ),
            ceiling,
            cost=_COST,
            action="Reset the application clocks.",
            command=f"sudo nvidia-smi -i {gpu.index} -rac",
        )
    if (gpu.throttle_reasons or 0) & _APPLICATION_CLOCKS and gpu.sm_clock_mhz is not None:
        now = gpu.sm_clock_mhz
        if now < _HARMLESS_SHARE * highest:
            return warning(
                f"clocks are held by a setting: {now:.0f} of {highest:.0f} MHz ({percent(now / highest)})",
                reading(
                    "clock events", "clocks setting", where(gpu, "nvmlDeviceGetCurrentClocksEventReasons")
                ),
                reading("SM clock", f"{now:.0f} MHz", where(gpu, "nvmlDeviceGetClockInfo")),
                ceiling,
                cost=_COST,
                action="Reset locked and application clocks.",
                command=f"sudo nvidia-smi -i {gpu.index} -rgc && sudo nvidia-smi -i {gpu.index} -rac",
            )
    memory_note = f", memory {gpu.memory_clock_max_mhz:.0f} MHz" if gpu.memory_clock_max_mhz else ""
    return ok(f"free to boost to {highest:.0f} MHz{memory_note}", ceiling)


CHECK = Check("gpu-clocks", "Clock settings", "GPU", _judge)
