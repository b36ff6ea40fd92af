"""Which number formats the GPU computes in."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.versions import release
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

# Compute capability from which on the tensor cores take a format; the CUDA programming guide's table.
_FORMATS = {"float16": (7, 0), "bfloat16": (8, 0), "float8": (8, 9), "float4": (10, 0)}
_COST = ThroughputCost(
    text="vLLM runs bfloat16 models in float16 there; float32, twice the bytes, is half the rate or less"
    " (arithmetic)",
    source="vllm 0.6.3.post1, attention/selector.py",
)


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    capability = release(gpu.compute_capability)
    if capability is None:
        return unknown("the driver does not tell the compute capability")
    seen = reading(
        "compute capability", gpu.compute_capability, where(gpu, "nvmlDeviceGetCudaComputeCapability")
    )
    able = [name for name, least in _FORMATS.items() if capability >= least]
    if "bfloat16" not in able:
        return warning(
            f"no bfloat16 (compute capability {gpu.compute_capability}): {', '.join(able) or 'float32'} only",
            seen,
            cost=_COST,
            action="Run with float16.",
            command="vllm serve MODEL --dtype half",
        )
    lacking = [name for name in ("float8", "float4") if name not in able]
    return ok(", ".join(able) + (f"; not {', '.join(lacking)}" if lacking else ""), seen)


CHECK = Check("dtype-support", "Number formats", "Packages and engine", _judge)
