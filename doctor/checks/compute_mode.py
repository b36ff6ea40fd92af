"""Whether more than one process may use the GPU."""

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
    mode = gpu.compute_mode
    if mode is None:
        return unknown("the driver does not tell")
    seen = reading("compute mode", mode, where(gpu, "nvmlDeviceGetComputeMode"))
    command = f"sudo nvidia-smi -i {gpu.index} -c DEFAULT"
    if mode == "prohibited":
        return problem(
            "no process may use this GPU",
            seen,
            cost=NO_FIGURE,
            action="Set the mode back to default.",
            command=command,
        )
    if mode != "default":
        return warning(
            f"{mode}: a second process on this GPU fails",
            seen,
            cost=NO_FIGURE,
            action="It costs no throughput as such; if the engine does not start, set it back to default.",
            command=command,
        )
    return ok("default", seen)


CHECK = Check("compute-mode", "Compute mode", "GPU", _judge)
