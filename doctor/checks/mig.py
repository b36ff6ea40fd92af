"""Whether the engine has a slice of a GPU instead of the whole."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.units import gib, percent
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_COST = ThroughputCost(
    text="at best the slice's share of the GPU's cores and bandwidth: from arithmetic, not measured",
    source="https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",
)


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    if gpu.mig_enabled is None:
        return unknown("the driver does not tell, or the GPU cannot be sliced")
    seen = reading("MIG mode", "on" if gpu.mig_enabled else "off", where(gpu, "nvmlDeviceGetMigMode"))
    if not gpu.mig_enabled:
        return ok("the whole GPU", seen)
    slices = ", ".join(part.profile for part in gpu.mig_slices) or "no slice that can be seen from here"
    share = ""
    if len(gpu.mig_slices) == 1 and gpu.memory_total_bytes and gpu.mig_slices[0].memory_total_bytes:
        memory = gpu.mig_slices[0].memory_total_bytes
        share = f": {gib(memory)}, {percent(memory / gpu.memory_total_bytes)} of the memory"
    return warning(
        f"a MIG slice, not the whole GPU ({slices}{share})",
        seen,
        reading("slices", slices, where(gpu, "nvmlDeviceGetMigDeviceHandleByIndex")),
        cost=_COST,
        action="Compare only with figures of the same slice, or take a whole GPU; who runs the machine can"
        " turn MIG off.",
        command=f"sudo nvidia-smi -i {gpu.index} -mig 0",
    )


CHECK = Check("mig", "MIG slices", "GPU", _judge)
