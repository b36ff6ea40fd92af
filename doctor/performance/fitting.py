"""Whether a setup can run on this machine as it stands, and how much KV memory it has."""

from __future__ import annotations

from doctor.errors import UsageError
from doctor.performance.memory import memory_budget, weights_bytes
from doctor.schema.environment import Environment
from doctor.schema.setup import Setup
from doctor.schema.versions import parse_version

VISIBLE_SHARE = 0.99
"""Of a card's nominal memory in GiB, what torch reports as total: 79.2 of 80 on an A100."""

NO_ARCHITECTURE = "the publication names no architecture, and no --model PATH was given"

_VLLM_BLOCK_SIZE = 16
_UTILIZATION_BEFORE_0_20 = 0.90
_UTILIZATION = 0.92
"""vLLM ``config/cache.py``: 0.9 up to 0.19, 0.92 from 0.20 on."""


def default_utilization(version: str | None) -> float:
    """``gpu_memory_utilization`` where nobody says anything; of the newest release for an unknown version."""
    numbers = parse_version(version)
    return _UTILIZATION_BEFORE_0_20 if numbers is not None and numbers < (0, 20) else _UTILIZATION


def published_memory_bytes(setup: Setup) -> int | None:
    """Memory of one card that the setup names, as torch would report it; None where not known."""
    memory_gb = setup.hardware.memory_gb
    return None if memory_gb is None else round(memory_gb * VISIBLE_SHARE * 2**30)


def kv_cache_tokens_under(setup: Setup, memory_bytes: int | None) -> int | None:
    """KV cache size in tokens on one card of that memory; None where it cannot be computed.

    A block count given in the setup decides; vLLM keeps one block of it for itself.
    """
    engine = setup.engine
    block_size = engine.block_size or _VLLM_BLOCK_SIZE
    if engine.num_gpu_blocks_override is not None:
        return (engine.num_gpu_blocks_override - 1) * block_size
    architecture = setup.model.architecture
    if architecture is None or memory_bytes is None or setup.hardware.count > 1:
        return None
    try:
        budget = memory_budget(
            architecture,
            memory_bytes,
            engine.gpu_memory_utilization or _UTILIZATION,
            max_num_batched_tokens=engine.max_num_batched_tokens or 8192,
            max_num_seqs=engine.max_num_seqs or 256,
            block_size=block_size,
            dtype=engine.dtype,
            kv_cache_dtype=engine.kv_cache_dtype,
            quantization=engine.quantization,
            kv_cache_memory_bytes=engine.kv_cache_memory_bytes,
        )
    except UsageError:
        return None  # a number format whose size is not known
    return budget.kv_cache_tokens or None


def why_not_here(setup: Setup, environment: Environment, *, cuda_engine: bool) -> str | None:
    """Why the setup cannot run on this machine as published; None where it can."""
    if not cuda_engine and (setup.hardware.accelerator or "").casefold() == "cpu":
        return _why_not_on_this_cpu(setup, environment)
    if not environment.gpus:
        return "this machine has no GPU"
    if not cuda_engine:
        return "this vLLM is a CPU build"
    if len(environment.gpus) < setup.hardware.count:
        return f"it wants {setup.hardware.count} GPUs, this machine has {len(environment.gpus)}"
    architecture, memory = setup.model.architecture, environment.gpus[0].memory_total_bytes
    if architecture is None:
        return NO_ARCHITECTURE
    if memory is None:
        return None
    try:
        engine = setup.engine
        weights = weights_bytes(architecture, dtype=engine.dtype, quantization=engine.quantization)
    except UsageError:
        return None  # the engine will know better
    share = weights / setup.hardware.count
    if share > _UTILIZATION_BEFORE_0_20 * memory:
        return f"its weights ({share / 2**30:.1f} GiB) do not fit this GPU ({memory / 2**30:.1f} GiB)"
    return None


def _why_not_on_this_cpu(setup: Setup, environment: Environment) -> str | None:
    """A figure that was published for a CPU engine runs on one, where the model fits memory."""
    architecture, memory = setup.model.architecture, environment.memory_available_bytes
    if architecture is None:
        return NO_ARCHITECTURE
    weights = weights_bytes(architecture, dtype=setup.engine.dtype, quantization=setup.engine.quantization)
    if weights > memory:
        return (
            f"its weights ({weights / 2**30:.1f} GiB) do not fit the free memory ({memory / 2**30:.1f} GiB)"
        )
    return None
