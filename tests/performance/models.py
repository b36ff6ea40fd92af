"""Architectures of public models, from their ``config.json``, for the tests of this folder."""

from __future__ import annotations

from doctor.schema.setup import Architecture, Scalar


def _qwen(
    model_type: str,
    hidden: int,
    inner: int,
    layers: int,
    heads: int,
    kv_heads: int,
    *,
    head_dim: int | None = None,
    vocab: int = 151936,
    tied: bool = False,
    extra: dict[str, Scalar | list[Scalar]] | None = None,
) -> Architecture:
    return Architecture(
        architectures=("Qwen",),
        model_type=model_type,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        vocab_size=vocab,
        max_position_embeddings=32768,
        tie_word_embeddings=tied,
        extra=extra or {},
    )


QWEN15_7B = _qwen("qwen2", 4096, 11008, 32, 32, 32)
QWEN15_MOE = _qwen(
    "qwen2_moe",
    2048,
    5632,
    24,
    16,
    16,
    extra={
        "num_experts": 60,
        "num_experts_per_tok": 4,
        "moe_intermediate_size": 1408,
        "shared_expert_intermediate_size": 5632,
        "decoder_sparse_step": 1,
    },
)
QWEN25_7B = _qwen("qwen2", 3584, 18944, 28, 28, 4, vocab=152064)
QWEN25_05B = _qwen("qwen2", 896, 4864, 24, 14, 2, tied=True)
QWEN3_8B = _qwen("qwen3", 4096, 12288, 36, 32, 8, head_dim=128)
QWEN3_06B = _qwen("qwen3", 1024, 3072, 28, 16, 8, head_dim=128, tied=True)
QWEN3_30B_A3B = _qwen(
    "qwen3_moe",
    2048,
    6144,
    48,
    32,
    4,
    head_dim=128,
    extra={
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "moe_intermediate_size": 768,
        "decoder_sparse_step": 1,
        "mlp_only_layers": [],
    },
)
