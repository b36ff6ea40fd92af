"""The environment variables that steer the engine. Those that hold secrets are never taken up."""

from __future__ import annotations

from collections.abc import Mapping

from doctor.redaction import names_a_secret

# What vLLM, torch, NCCL, CUDA, OpenMP and Hugging Face read. Everything else stays unread.
_PREFIXES = (
    "VLLM_", "OMP_", "MKL_", "KMP_", "GOMP_", "OPENBLAS_", "CUDA_", "CUBLAS", "NCCL_",
    "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_TF32_OVERRIDE",
    "TORCH", "PYTORCH_", "TRITON_", "FLASHINFER_", "FLASH_ATTENTION_", "TOKENIZERS_PARALLELISM",
    "HF_HOME", "HF_HUB_", "TRANSFORMERS_", "SAFETENSORS_", "ROCR_", "HIP_", "LD_PRELOAD", "MALLOC_",
    "PYTHONDEVMODE", "PYTHONMALLOC", "PYTHONTRACEMALLOC",
)  # fmt: skip


def engine_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Name → value, sorted, without those whose name says that they hold a secret."""
    return {
        name: value
        for name, value in sorted(environ.items())
        if name.startswith(_PREFIXES) and not names_a_secret(name)
    }
