"""Whether the GPU's memory waits for a repair."""

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
from doctor.schema.environment import Environment, Gpu


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    source = where(gpu, "nvmlDeviceGetRemappedRows")
    if gpu.repairs_failed:
        return problem(
            "a row of the memory could not be remapped",
            reading("remapping failure", "yes", source),
            cost=NO_FIGURE,
            action="The GPU is to be exchanged; take it out of service.",
            command=f"nvidia-smi -i {gpu.index} -q -d ROW_REMAPPER",
        )
    if gpu.repairs_pending:
        return warning(
            "a repair of the memory waits for a reset of the GPU",
            reading("repair pending", "yes", source),
            cost=NO_FIGURE,
            action="Reset the GPU when nothing runs on it; until then it may fail in the middle of a run.",
            command=f"sudo nvidia-smi -i {gpu.index} --gpu-reset",
        )
    if gpu.repairs_pending is None:
        return unknown("the driver does not tell")
    return ok("none pending", reading("repair pending", "no", source))


CHECK = Check("memory-repairs", "Pending memory repairs", "GPU", _judge)
