"""How many sequences fit into the KV cache: shared by the causes about KV memory."""

from __future__ import annotations

from doctor.causes.contract import Case
from doctor.causes.lookup import as_number, fact_of, tokens_per_sequence, value_of

_DEFAULT_BLOCK = 16
"""vLLM's block size where nothing says otherwise."""


def kv_tokens(case: Case) -> tuple[float, str] | None:
    """The KV cache in tokens, and where that stands: as the engine says, else by arithmetic."""
    return kv_tokens_stated(case) or estimated_kv_tokens(case)


def kv_tokens_stated(case: Case) -> tuple[float, str] | None:
    """The KV cache in tokens as the engine itself printed it."""
    facts = case.evidence.engine_facts
    fact = fact_of(facts, "kv_cache_tokens")
    if fact is not None and (tokens := as_number(fact.value)):
        return tokens, str(fact.origin)
    fact = fact_of(facts, "num_gpu_blocks")
    if fact is not None and (blocks := as_number(fact.value)):
        return blocks * (value_of(facts, "block_size") or _DEFAULT_BLOCK), str(fact.origin)
    return None


def sequences_that_fit(case: Case) -> tuple[float, str] | None:
    """Sequences of this workload's full length that the KV cache holds at once."""
    pool, length = kv_tokens(case), tokens_per_sequence(case)
    if pool is None or not length:
        return None
    return pool[0] / length, pool[1]


_GIB = 1 << 30
_OVERHEAD_BYTES = 2 * _GIB
"""Activations, CUDA context and graphs of a model of some billions of weights; a rough figure."""

_FRACTION = 0.90
"""gpu_memory_utilization up to vLLM 0.19; 0.92 from 0.20."""


def estimated_kv_tokens(case: Case) -> tuple[float, str] | None:
    """The KV cache by arithmetic from the reference's model and GPU, where no log tells."""
    setup = case.reference
    if setup is None or setup.model.architecture is None or not setup.hardware.memory_gb:
        return None
    shape = setup.model.architecture
    kv_width = shape.num_key_value_heads * shape.head_size
    query_width = shape.num_attention_heads * shape.head_size
    attention = shape.hidden_size * (2 * query_width + 2 * kv_width)
    layer = attention + 3 * shape.hidden_size * shape.intermediate_size
    tables = shape.vocab_size * shape.hidden_size * (1 if shape.tie_word_embeddings else 2)
    weights = 2 * (shape.num_hidden_layers * layer + tables)
    memory = setup.hardware.memory_gb * _GIB * setup.hardware.count
    fraction = setup.engine.gpu_memory_utilization or _FRACTION
    free = memory * fraction - weights - _OVERHEAD_BYTES * setup.hardware.count
    tokens = free / (4 * shape.num_hidden_layers * kv_width)
    return (tokens, "arithmetic from the model's shape and the GPU's memory") if tokens > 0 else None
