"""Whether the PCIe link is as wide and as fast as it can be."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.environment import Environment, Gpu

_GPU_IDLE = 0x1  # NVML's clock-event bit: nothing runs
_BUSY_STATE = 4  # performance states from here on up are for idling


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    width, widest = gpu.pcie_width, gpu.pcie_width_max
    generation, newest = gpu.pcie_generation, gpu.pcie_generation_max
    if width is None or widest is None:
        return unknown("the driver does not tell the width of the link")
    source = where(gpu, "nvmlDeviceGetCurrPcieLinkWidth")
    seen = reading("link width", f"x{width} of x{widest}", source)
    if width < widest:
        return warning(
            f"the link has {width} of {widest} lanes",
            seen,
            cost=NO_FIGURE,
            action="Seat the card anew or give it another slot; look for lanes that the BIOS has split and"
            " for risers. It counts most for tensor parallelism without NVLink and for loading weights.",
            command=f"nvidia-smi -i {gpu.index} -q | grep -A 12 'GPU Link Info'",
        )
    if generation is not None and newest is not None and generation < newest:
        told = reading(
            "link generation", f"{generation} of {newest}", where(gpu, "nvmlDeviceGetCurrPcieLinkGeneration")
        )
        if _is_idle(gpu):
            # An idle GPU lets its link sleep at a lower generation; that is no finding.
            return ok(f"x{width}; asleep at generation {generation} of {newest} while idle", seen, told)
        return warning(
            f"the link runs at generation {generation} of {newest}",
            seen,
            told,
            cost=NO_FIGURE,
            action="Look at the slot's setting in the BIOS and at risers.",
            command=f"nvidia-smi -i {gpu.index} -q | grep -A 12 'GPU Link Info'",
        )
    return ok(f"x{width}" + (f", generation {generation}" if generation else ""), seen)


def _is_idle(gpu: Gpu) -> bool:
    state = gpu.performance_state
    return bool((gpu.throttle_reasons or 0) & _GPU_IDLE) or (state is not None and state >= _BUSY_STATE)


CHECK = Check("pcie-link", "PCIe link", "GPU", _judge)
