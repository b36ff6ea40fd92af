"""Memory against the public configuration table and hand arithmetic."""

from __future__ import annotations

import pytest

from doctor.errors import UsageError
from doctor.performance.architecture import parameters, shape_of
from doctor.performance.memory import (
    GIB,
    activation_bytes,
    kv_bytes_per_token,
    kv_cache_tokens,
    memory_budget,
    sequences_that_fit,
    weights_bytes,
)
from doctor.schema.setup import Architecture
from tests.performance import models

A100_BYTES = round(79.15 * GIB)

TABLE = [
    (models.QWEN15_7B, 7.72, 14.38, 512),
    (models.QWEN15_MOE, 14.32, 26.67, 192),
    (models.QWEN25_7B, 7.62, 14.19, 56),
    (models.QWEN25_05B, 0.494, 0.92, 12),
    (models.QWEN3_8B, 8.19, 15.26, 144),
    (models.QWEN3_06B, 0.596, 1.11, 112),
    (models.QWEN3_30B_A3B, 30.53, 56.87, 96),
]


@pytest.mark.parametrize(("model", "billions", "gib", "kib"), TABLE)
def test_sizes_are_those_of_the_public_table(
    model: Architecture, billions: float, gib: float, kib: int
) -> None:
    assert sum(parameters(shape_of(model))) / 1e9 == pytest.approx(billions, abs=0.006)
    assert weights_bytes(model) / GIB == pytest.approx(gib, abs=0.006)
    assert kv_bytes_per_token(model) == kib * 1024


def test_qwen15_7b_parameters_by_hand() -> None:
    layer = 3 * 4096 * 4096 + 4096 * 4096 + 3 * 4096 * 11008
    other = 2 * 151936 * 4096 + 32 * (2 * 4096 + 3 * 4096) + 4096
    assert parameters(shape_of(models.QWEN15_7B)) == (32 * layer, other)


def test_the_published_case_holds_53_to_56_sequences() -> None:
    tokens = kv_cache_tokens(models.QWEN15_7B, A100_BYTES, 0.9)
    assert 106_000 <= tokens <= 115_000
    assert 53 <= sequences_that_fit(tokens, 2000) <= 56


def test_fp8_halves_linear_weights_and_leaves_embeddings() -> None:
    linear, other = parameters(shape_of(models.QWEN3_8B))
    assert weights_bytes(models.QWEN3_8B, quantization="fp8") == linear + 2 * other


def test_fp8_kv_cache_holds_twice_the_tokens_per_byte() -> None:
    assert kv_bytes_per_token(models.QWEN3_8B, kv_cache_dtype="fp8") * 2 == kv_bytes_per_token(
        models.QWEN3_8B
    )


def test_the_budget_adds_up() -> None:
    budget = memory_budget(models.QWEN3_8B, A100_BYTES, 0.9, graph_bytes=GIB)
    parts = budget.weights + budget.activations + budget.outside_torch + budget.graphs + budget.kv_cache
    assert parts == budget.usable
    assert budget.blocks == budget.kv_cache // (144 * 1024 * 16)


def test_a_larger_token_budget_leaves_less_kv_cache() -> None:
    small = kv_cache_tokens(models.QWEN15_7B, A100_BYTES, 0.9, max_num_batched_tokens=8192)
    large = kv_cache_tokens(models.QWEN15_7B, A100_BYTES, 0.9, max_num_batched_tokens=32768)
    assert large < small


def test_experts_hold_every_chosen_ones_output() -> None:
    """Qwen1.5-MoE: residual, hidden and both copies 4 · 2048, qkv 6144, 3 · (4 · 1408 + 5632) of the
    gated layers, and 4 outputs of 2048: 56320 wide, in 2 bytes."""
    found = activation_bytes(models.QWEN15_MOE, max_num_batched_tokens=8192, max_num_seqs=1)
    assert found == 8192 * 56320 * 2


def test_weights_that_do_not_fit_leave_no_tokens() -> None:
    assert kv_cache_tokens(models.QWEN3_30B_A3B, 24 * GIB, 0.9) == 0


@pytest.mark.parametrize(
    ("tokens", "length", "fits"), [(160, 32, 5), (160, 33, 3), (159, 16, 9), (15, 1, 0), (100_000, 2000, 50)]
)
def test_sequences_take_whole_blocks(tokens: int, length: int, fits: int) -> None:
    assert sequences_that_fit(tokens, length) == fits


@pytest.mark.parametrize(
    "extra",
    [
        {"kv_lora_rank": 512},
        {"layer_types": ["linear_attention", "full_attention"]},
        {"use_sliding_window": True},
    ],
)
def test_what_is_not_modelled_is_refused_by_name(extra: dict[str, object]) -> None:
    model = models.QWEN3_8B.model_copy(update={"extra": extra})
    with pytest.raises(UsageError, match="does not cover"):
        kv_bytes_per_token(model)
