"""Error correction: uncorrected errors, and ECC on GPUs where it takes memory and bandwidth."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, problem, reading, unknown
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.environment import Environment, Gpu


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    errors = gpu.ecc_uncorrected_errors
    if errors:
        return problem(
            f"{errors} uncorrected memory error{'s' if errors > 1 else ''} since the driver was loaded",
            reading("uncorrected errors", errors, where(gpu, "nvmlDeviceGetTotalEccErrors")),
            cost=NO_FIGURE,
            action="Look at the kernel's log for Xid lines, reset the GPU when it is free, and have it looked"
            " at if they come back.",
            command="sudo dmesg | grep -i xid",
        )
    if gpu.ecc_enabled is None:
        return unknown("the driver does not tell, or the GPU has no ECC")
    state = "on" if gpu.ecc_enabled else "off"
    seen = reading("ECC", state, where(gpu, "nvmlDeviceGetEccMode"))
    # On GPUs with HBM the correction is built into the memory; on those with GDDR it takes a part
    # of it. Nobody measured what that costs vLLM, so it is told and not held against the machine.
    return ok(f"ECC {state}, no uncorrected errors" if errors == 0 else f"ECC {state}", seen)


CHECK = Check("ecc", "Memory errors", "GPU", _judge)
