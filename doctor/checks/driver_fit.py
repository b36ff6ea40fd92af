"""Whether the driver can serve the CUDA version that torch was built for."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, skipped, unknown, warning
from doctor.checks.framework.per_gpu import NO_GPU
from doctor.checks.framework.versions import release
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; a mismatch loads other kernels, and one driver update lost peer-to-peer copies",
    source="https://github.com/vllm-project/vllm/issues/8303",
)


def _judge(environment: Environment) -> Judgement:
    if not environment.gpus:
        return skipped(NO_GPU)
    built, served = release(environment.torch_cuda_version), release(environment.cuda_driver_version)
    if built is None or served is None:
        return unknown("the CUDA version of torch or of the driver is not known")
    cuda, serves = environment.torch_cuda_version, environment.cuda_driver_version
    driver = environment.driver_version or "version not told"
    seen = (
        reading(
            "torch's CUDA", environment.torch_cuda_version, "torch/version.py of the engine's interpreter"
        ),
        reading("driver", f"{driver}, up to CUDA {serves}", "NVML"),
    )
    told = f"torch is built for CUDA {cuda}, driver {driver} serves {serves}"
    if built[0] > served[0]:
        return problem(
            told,
            *seen,
            cost=_COST,
            action="Update the driver, or install a torch built for the driver's CUDA. Only the forward"
            " compatibility package would let this run.",
            command="nvidia-smi --version",
        )
    if built[0] == served[0] and built[1:2] > served[1:2]:
        return warning(
            f"{told}: runs by minor version compatibility",
            *seen,
            cost=_COST,
            action="Update the driver when you can: kernels compiled at run time need the newer one.",
            command="nvidia-smi --version",
        )
    return ok(told, *seen)


CHECK = Check("driver-fit", "Driver and CUDA fit", "GPU", _judge)
