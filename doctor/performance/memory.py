"""GPU memory: what the weights take, what one token of KV cache takes, how many tokens fit.

vLLM gives the KV cache what is left of ``gpu_memory_utilization`` × memory once weights, the
peak of a profiling run at ``max_num_batched_tokens`` and memory outside torch are subtracted
(``vllm/v1/worker/gpu_worker.py`` ``determine_available_memory``; ``vllm/utils/mem_utils.py``).
Where the engine or its log tells the number of blocks, use that: on an RTX 4090 trace the
weights-only formula was 23 % too high.
"""

from __future__ import annotations

from dataclasses import dataclass

from doctor.errors import UsageError
from doctor.performance.architecture import parameters, shape_of
from doctor.performance.costs import costs
from doctor.schema.setup import Architecture

GIB = 2**30

_BYTES = {
    "float32": 4.0,
    "float": 4.0,
    "float16": 2.0,
    "half": 2.0,
    "bfloat16": 2.0,
    "int8": 1.0,
    "fp8": 1.0,
    "fp8_e4m3": 1.0,
    "fp8_e5m2": 1.0,
}
_QUANTIZED_BYTES = {"fp8": 1.0, "compressed-tensors": 1.0, "awq": 0.53, "gptq": 0.53, "awq_marlin": 0.53}
"""Bytes per weight of the linear layers; 4-bit with group size 128 carries about 0.03 of scales."""
_QUANTIZED_BYTES["gptq_marlin"] = _QUANTIZED_BYTES["gptq"]


def bytes_per_element(dtype: str) -> float:
    """Bytes of one element; accepts Hugging Face, torch and vLLM names."""
    name = dtype.removeprefix("torch.")
    if name not in _BYTES:
        raise UsageError(f"Unknown element type {dtype!r}", next_step=f"Use one of {', '.join(_BYTES)}")
    return _BYTES[name]


def model_dtype(architecture: Architecture, dtype: str | None = None) -> str:
    """The type that the model computes in: ``dtype``, or the checkpoint's own for None and "auto"."""
    return architecture.torch_dtype if dtype in (None, "auto") else str(dtype)


def weights_bytes(
    architecture: Architecture, *, dtype: str | None = None, quantization: str | None = None
) -> int:
    """Bytes of the weights in GPU memory. Quantization touches linear layers, not embeddings."""
    linear, other = parameters(shape_of(architecture))
    plain = bytes_per_element(model_dtype(architecture, dtype))
    if quantization is None:
        return round((linear + other) * plain)
    if quantization not in _QUANTIZED_BYTES:
        raise UsageError(
            f"Unknown quantization {quantization!r}", next_step=f"Use one of {', '.join(_QUANTIZED_BYTES)}"
        )
    return round(linear * _QUANTIZED_BYTES[quantization] + other * plain)


def kv_bytes_per_token(
    architecture: Architecture, *, kv_cache_dtype: str | None = None, dtype: str | None = None
) -> int:
    """Bytes that one token keeps in the KV cache over all layers: 2 · layers · KV heads · head size."""
    shape = shape_of(architecture)
    element = model_dtype(architecture, dtype) if kv_cache_dtype in (None, "auto") else str(kv_cache_dtype)
    elements = 2 * shape.layers * architecture.num_key_value_heads * architecture.head_size
    return round(elements * bytes_per_element(element))


def activation_bytes(
    architecture: Architecture,
    *,
    max_num_batched_tokens: int,
    max_num_seqs: int,
    dtype: str | None = None,
) -> int:
    """The peak of vLLM's profiling run: the larger of one forward pass and one sampling.

    Forward at the token budget holds residual, hidden state, and the MLP's gate_up output and
    product (3 × inner width); of experts also every chosen one's output (``fused_moe.py``
    ``intermediate_cache3``). Sampling holds logits of ``max_num_seqs`` rows in float32, with
    copies for probabilities and for the full-vocabulary sort (values, 64-bit indices): about 5
    (``gpu_model_runner.py`` ``_dummy_run``, ``_dummy_sampler_run``; read in 0.32.0).
    """
    shape = shape_of(architecture)
    inner, outputs = architecture.intermediate_size if shape.dense_layers else 0, 0
    if shape.experts:
        experts = shape.experts
        inner = max(inner, experts.per_token * experts.intermediate_size + experts.shared_intermediate_size)
        outputs = experts.per_token * architecture.hidden_size
    element = bytes_per_element(model_dtype(architecture, dtype))
    width = 4 * architecture.hidden_size + shape.attention[0].outputs + 3 * inner + outputs
    forward = max_num_batched_tokens * width * element
    rows = min(max_num_seqs, max_num_batched_tokens)
    sampling = rows * architecture.vocab_size * (element + 5 * 4)
    return round(max(forward, sampling))


@dataclass(frozen=True)
class MemoryBudget:
    """Where the memory of one GPU goes, in bytes, and the KV cache that is left."""

    usable: int
    weights: int
    activations: int
    outside_torch: int
    graphs: int
    kv_cache: int
    kv_bytes_per_token: int
    block_size: int
    blocks: int

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens that the KV cache holds, in whole blocks."""
        return self.blocks * self.block_size


def memory_budget(
    architecture: Architecture,
    gpu_memory_bytes: int,
    gpu_memory_utilization: float = 0.9,
    *,
    max_num_batched_tokens: int = 8192,
    max_num_seqs: int = 256,
    block_size: int = 16,
    dtype: str | None = None,
    kv_cache_dtype: str | None = None,
    quantization: str | None = None,
    graph_bytes: int = 0,
    outside_torch_bytes: int | None = None,
    kv_cache_memory_bytes: int | None = None,
) -> MemoryBudget:
    """The memory of one GPU, split.

    ``gpu_memory_bytes`` is what torch reports as total (79.2 GiB on an "80 GB" A100), not the
    data sheet's figure. ``graph_bytes`` is what CUDA graphs take from the KV cache: vLLM
    subtracts it from 0.20 on. ``kv_cache_memory_bytes`` overrides the split, as in vLLM.
    """
    weights = weights_bytes(architecture, dtype=dtype, quantization=quantization)
    activations = activation_bytes(
        architecture, max_num_batched_tokens=max_num_batched_tokens, max_num_seqs=max_num_seqs, dtype=dtype
    )
    outside = round(costs().outside_torch_bytes) if outside_torch_bytes is None else outside_torch_bytes
    usable = round(gpu_memory_bytes * gpu_memory_utilization)
    left = usable - weights - activations - outside - graph_bytes
    kv_cache = kv_cache_memory_bytes if kv_cache_memory_bytes is not None else left
    per_token = kv_bytes_per_token(architecture, kv_cache_dtype=kv_cache_dtype, dtype=dtype)
    return MemoryBudget(
        usable=usable,
        weights=weights,
        activations=activations,
        outside_torch=outside,
        graphs=graph_bytes,
        kv_cache=max(0, kv_cache),
        kv_bytes_per_token=per_token,
        block_size=block_size,
        blocks=max(0, kv_cache) // (per_token * block_size),
    )


def kv_cache_tokens(
    architecture: Architecture,
    gpu_memory_bytes: int,
    gpu_memory_utilization: float = 0.9,
    *,
    max_num_batched_tokens: int = 8192,
    max_num_seqs: int = 256,
    block_size: int = 16,
    dtype: str | None = None,
    kv_cache_dtype: str | None = None,
    quantization: str | None = None,
) -> int:
    """Tokens that the KV cache holds; 0 where the weights leave no room. See :func:`memory_budget`."""
    return memory_budget(
        architecture,
        gpu_memory_bytes,
        gpu_memory_utilization,
        max_num_batched_tokens=max_num_batched_tokens,
        max_num_seqs=max_num_seqs,
        block_size=block_size,
        dtype=dtype,
        kv_cache_dtype=kv_cache_dtype,
        quantization=quantization,
    ).kv_cache_tokens


def sequences_that_fit(kv_tokens: int, tokens_per_sequence: int, block_size: int = 16) -> int:
    """Sequences of that length that the KV cache holds at once, each in whole blocks."""
    return kv_tokens // block_size // -(-tokens_per_sequence // block_size)
