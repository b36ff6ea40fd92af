"""How much memory one token keeps in the KV cache."""

from __future__ import annotations

from doctor.checks.framework.contract import Judgement, ModelCheck, ok, reading, unknown
from doctor.checks.framework.units import gib
from doctor.schema.model_fit import ModelFit


def _judge(model: ModelFit) -> Judgement:
    per_token, architecture = model.kv_bytes_per_token, model.architecture
    if per_token is None or architecture is None:
        return unknown(f"not computed: {model.refused}")
    formula = (
        f"2 × {architecture.num_hidden_layers} layers × {architecture.num_key_value_heads} heads × "
        f"{architecture.head_size} elements, {model.kv_cache_dtype}"
    )
    seen = [reading("bytes per token", per_token, formula)]
    told = f"{per_token / 1024:.0f} KiB per token"
    if model.tokens_per_sequence:
        one = per_token * model.tokens_per_sequence
        seen.append(reading("a request", f"{model.tokens_per_sequence} tokens, {gib(one)}", "the reference"))
        told += f", {one / (1 << 20):.0f} MiB for a request of {model.tokens_per_sequence} tokens"
    if architecture.num_key_value_heads == architecture.num_attention_heads:
        told += "; every head keeps its own (no grouped-query attention)"
    return ok(told, *seen)


CHECK = ModelCheck("kv-cache-size", "KV cache per token", _judge)
