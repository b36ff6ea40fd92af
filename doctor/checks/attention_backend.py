"""Which attention backend vLLM would choose for this GPU."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.versions import release, vllm_version
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_COST = ThroughputCost(
    text="no figure known; two users saw no difference between FlashAttention and xFormers, and it grows with"
    " the length of the input",
    source="https://github.com/vllm-project/vllm/issues/3997",
)
_FLASH_ATTENTION_FROM = (8, 0)  # compute capability; vLLM says so for Volta and Turing
_BLACKWELL = 10


def _judge(environment: Environment) -> Judgement:
    version = vllm_version(environment.packages)
    if version is None:
        return skipped("vLLM is not installed in the engine's Python")
    if not environment.gpus:
        return ok("CPU_ATTN, the only one without a GPU", reading("vLLM", version, "importlib.metadata"))
    flashinfer = any(name.startswith("flashinfer") for name in environment.packages)
    return per_gpu(environment, lambda gpu: _judge_gpu(gpu, version, flashinfer=flashinfer))


def _judge_gpu(gpu: Gpu, version: str, *, flashinfer: bool) -> Judgement:
    capability = release(gpu.compute_capability)
    if capability is None:
        return unknown("the driver does not tell the compute capability")
    seen = reading(
        "compute capability", gpu.compute_capability, where(gpu, "nvmlDeviceGetCudaComputeCapability")
    )
    if capability < _FLASH_ATTENTION_FROM:
        return warning(
            f"no FlashAttention on compute capability {gpu.compute_capability}; vLLM {version} falls back",
            seen,
            cost=_COST,
            action="None on this GPU; compare with figures of the same generation.",
        )
    if capability[0] == _BLACKWELL:
        # 0.32.0, platforms/cuda.py: FlashInfer stands first there, and FlashAttention after it.
        if flashinfer:
            return ok("FLASHINFER first, on Blackwell", seen)
        return warning(
            "FlashInfer stands first on Blackwell and is not installed",
            seen,
            cost=_COST,
            action="Install it in the engine's Python.",
            command="pip install flashinfer-python",
        )
    return ok("FLASH_ATTN first, for an ordinary model", seen)


CHECK = Check("attention-backend", "Attention backend", "Packages and engine", _judge)
