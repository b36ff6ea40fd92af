"""What to change where an engine ran out of memory: which setting, and to what, by the memory equation."""

from __future__ import annotations

import re
from typing import NamedTuple

from doctor.errors import QdoctorError
from doctor.performance.fitting import default_utilization
from doctor.performance.memory import GIB, MemoryBudget, memory_budget
from doctor.schema.setup import Setup

_SIGNS = re.compile(
    r"out of memory|OutOfMemory|MemoryError|Cannot allocate memory|No available memory for the cache"
    r"|larger than the (?:available KV cache|maximum number of tokens)|less than desired"
    r"|not enough (?:GPU )?memory|less than requested memory|killed by signal 9",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"Free memory on device.{0,40}?\(([\d.]{1,12})/([\d.]{1,12}) GiB\)[^.]{0,60}is less than desired"
)
_TOO_LONG = re.compile(
    r"max seq len \((\d{1,12})\).{0,20}?\(?([\d.]{1,12}) GiB KV\s+cache is needed"
    r".{0,80}?\(([\d.]{1,12}) GiB\)",
    re.DOTALL,
)
_HIGHEST_UTILIZATION = 0.97
"""Above it, fragments and other libraries' buffers no longer find room; the CUDA context is apart."""
_SMALL_BUDGET = 2048
"""Tokens per step: vLLM's default on small GPUs, and enough to keep a GPU busy in prefill."""


class Ground(NamedTuple):
    """The memory that an arm had."""

    gpu_bytes: int | None
    """Of the GPU, as torch reports it; None on a CPU, and where it is not known."""
    host_available_bytes: int
    vllm_version: str | None


def advice(setup: Setup, ground: Ground, error: str) -> str:
    """What to change, in words with figures; empty where the error is not one of memory."""
    if not _SIGNS.search(error):
        return ""
    if taken := _TAKEN.search(error):
        return _of_others(float(taken[1]), float(taken[2]))
    if "signal 9" in error:
        return _killed(ground)
    if ground.gpu_bytes is not None and (words := _by_equation(setup, ground, ground.gpu_bytes)):
        return words
    if too_long := _TOO_LONG.search(error):
        return _shorter(int(too_long[1]), float(too_long[2]), float(too_long[3]))
    return "Lower --max-model-len, --max-num-batched-tokens or --max-num-seqs, in this order."


def _of_others(free_gib: float, total_gib: float) -> str:
    """Somebody else holds memory of this GPU."""
    share = int(100 * free_gib / total_gib) / 100 - 0.01 if total_gib > 0 else 0.0
    return (
        f"Other processes hold {total_gib - free_gib:.1f} of {total_gib:.1f} GiB "
        f"(`qdoctor env gpu-tenants`): end them, or give --gpu-memory-utilization {max(share, 0.01):.2f}."
    )


def _killed(ground: Ground) -> str:
    return (
        "The kernel ends a process that way when memory runs out; "
        f"{ground.host_available_bytes / GIB:.1f} GiB were available before (`qdoctor env free-memory`)."
    )


def _shorter(length: int, needed_gib: float, available_gib: float) -> str:
    """From the engine's own figures: the KV cache is in proportion to the length."""
    fits = int(length * available_gib / needed_gib) // 16 * 16 if needed_gib > 0 else 0
    return (
        f"A request of {length} tokens takes {needed_gib:g} GiB of KV cache and {available_gib:g} are there: "
        f"--max-model-len {max(fits, 16)} fits, or more blocks with --num-gpu-blocks-override."
    )


def _by_equation(setup: Setup, ground: Ground, gpu_bytes: int) -> str:
    """The first of: memory fraction, tokens per step, length; what suffices alone. Empty: not computable."""
    architecture, engine = setup.model.architecture, setup.engine
    if architecture is None or setup.hardware.count > 1:
        return ""
    utilization = engine.gpu_memory_utilization or default_utilization(ground.vllm_version)

    def budget(share: float, batched_tokens: int) -> MemoryBudget:
        return memory_budget(
            architecture,
            gpu_bytes,
            share,
            max_num_batched_tokens=batched_tokens,
            max_num_seqs=engine.max_num_seqs or 256,
            dtype=engine.dtype,
            kv_cache_dtype=engine.kv_cache_dtype,
            quantization=engine.quantization,
        )

    tokens = engine.max_num_batched_tokens or 8192
    try:
        found = budget(utilization, tokens)
        highest = budget(_HIGHEST_UTILIZATION, tokens)
        smaller = budget(utilization, _SMALL_BUDGET)
    except QdoctorError:
        return ""
    longest = engine.max_model_len or architecture.max_position_embeddings
    return f"{_split(found, gpu_bytes, longest)} {_remedy(found, highest, smaller, longest)}"


def _split(found: MemoryBudget, gpu_bytes: int, longest: int) -> str:
    request = longest * found.kv_bytes_per_token
    return (
        f"By the memory equation, of {found.usable / GIB:.1f} GiB usable ({gpu_bytes / GIB:.1f} on the GPU) "
        f"the weights take {found.weights / GIB:.1f}, activations {found.activations / GIB:.1f} and the CUDA "
        f"context {found.outside_torch / GIB:.1f}: {found.kv_cache / GIB:.1f} are left, and one request of "
        f"{longest} tokens takes {request / GIB:.1f}."
    )


def _remedy(found: MemoryBudget, highest: MemoryBudget, smaller: MemoryBudget, longest: int) -> str:
    if highest.kv_cache_tokens == 0 and smaller.kv_cache_tokens == 0:
        return (
            "No setting of memory helps: take a quantised model (--quantization), more GPUs or a larger one."
        )
    if highest.kv_cache_tokens >= longest:
        return f"Give --gpu-memory-utilization {_HIGHEST_UTILIZATION}."
    if smaller.kv_cache_tokens >= longest:
        return f"Give --max-num-batched-tokens {_SMALL_BUDGET}."
    fits = found.kv_cache_tokens
    if fits:
        return f"Give --max-model-len {fits}; --kv-cache-dtype fp8 doubles that."
    return (
        f"Give --gpu-memory-utilization {_HIGHEST_UTILIZATION} and --max-model-len "
        f"{max(highest.kv_cache_tokens, 16)}."
    )
