"""Whether the driver stays loaded between two programs."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_COST = ThroughputCost(
    text="seconds at the start of a program, and a power limit or clocks that are forgotten when the last"
    " one ends; no figure known for the throughput of a running engine",
    source="https://docs.nvidia.com/deploy/driver-persistence/index.html",
)


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    if gpu.persistence_enabled is None:
        return unknown("the driver does not tell")
    source = where(gpu, "nvmlDeviceGetPersistenceMode")
    if gpu.persistence_enabled:
        return ok("on", reading("persistence mode", "on", source))
    return warning(
        "off: the driver is unloaded whenever no program uses the GPU",
        reading("persistence mode", "off", source),
        cost=_COST,
        action="Turn it on.",
        command=f"sudo nvidia-smi -i {gpu.index} -pm 1",
    )


CHECK = Check("persistence-mode", "Persistence mode", "GPU", _judge)
