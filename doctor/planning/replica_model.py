"""The model of a replica: tiny, of the published one's architecture family, with dummy weights.

What is kept are the ratios that decide which kernels and which shapes run: heads to KV heads,
MLP to hidden size, whether it routes to experts.
"""

from __future__ import annotations

from doctor.schema.setup import Architecture, Model

_TINY_HIDDEN = 256
_TINY_LAYERS = 2
_TINY_HEADS = 4
_TINY_VOCABULARY = 8_000
_TINY_EXPERTS = 8
REPLICA_DTYPE = "float32"
"""Many processors have no bfloat16 arithmetic. On one with AVX2 a step of the replica took three times as
long in bfloat16, all of it in matrix products: a batch of 32 then made only three times the tokens of one
request, in float32 ten times (vLLM 0.32.0), which is closer to what a GPU shows."""


def replica_model(model: Model) -> Model:
    """A tiny model of the same architecture family, with dummy weights."""
    figures = model.architecture
    if figures is None:
        figures = _fallback_architecture()
    return Model(name=f"replica of {model.name}", architecture=_tiny(figures), weights="dummy")


def _tiny(figures: Architecture) -> Architecture:
    per_head = max(1, round(figures.num_attention_heads / figures.num_key_value_heads))
    ratio = figures.intermediate_size / figures.hidden_size
    extra = dict(figures.extra)
    if "num_experts" in extra:
        small = max(16, 16 * round(_TINY_HIDDEN * ratio / 16 / _TINY_EXPERTS))
        extra.update(num_experts=_TINY_EXPERTS, num_experts_per_tok=2, moe_intermediate_size=small)
        if "shared_expert_intermediate_size" in extra:
            extra["shared_expert_intermediate_size"] = small
    return Architecture(
        architectures=figures.architectures,
        model_type=figures.model_type,
        hidden_size=_TINY_HIDDEN,
        intermediate_size=max(16, 16 * round(_TINY_HIDDEN * ratio / 16)),
        num_hidden_layers=_TINY_LAYERS,
        num_attention_heads=_TINY_HEADS,
        num_key_value_heads=max(1, _TINY_HEADS // per_head),
        head_dim=_TINY_HIDDEN // _TINY_HEADS,
        vocab_size=min(figures.vocab_size, _TINY_VOCABULARY),
        max_position_embeddings=min(figures.max_position_embeddings, 4096),
        tie_word_embeddings=figures.tie_word_embeddings,
        torch_dtype=REPLICA_DTYPE,
        extra=extra,
    )


def _fallback_architecture() -> Architecture:
    """A dense decoder of the Llama family, where the publication does not name an architecture."""
    return Architecture(
        architectures=("LlamaForCausalLM",),
        model_type="llama",
        hidden_size=_TINY_HIDDEN,
        intermediate_size=3 * _TINY_HIDDEN,
        num_hidden_layers=_TINY_LAYERS,
        num_attention_heads=_TINY_HEADS,
        num_key_value_heads=_TINY_HEADS,
        vocab_size=_TINY_VOCABULARY,
        max_position_embeddings=4096,
        torch_dtype=REPLICA_DTYPE,
    )
