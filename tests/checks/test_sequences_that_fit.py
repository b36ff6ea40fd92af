from __future__ import annotations

from pathlib import Path

import pytest

from doctor.schema.model_fit import ModelFit
from tests.checks.judging import environment_of, judge, machine_with
from tests.checks.models import model_here, qwen_on

NAME = "sequences-that-fit"
GIB = 1 << 30


def judged(model: ModelFit) -> tuple[str, str]:
    result = judge(NAME, environment_of(), model)
    return result.state, result.summary


def test_an_a100_by_hand(tmp_path: Path) -> None:
    model = qwen_on(tmp_path, "a100_sxm")
    assert model.here is not None
    # 80 GiB seen by the driver, 99 % by torch, 92 % used: 72.9 GiB. Less 14.4 of weights, 0.6 outside
    # torch and 0.9 of activations (8192 tokens × (4 × 4096 + 12288 + 3 × 11008) × 2 bytes).
    weights = 7.721e9 * 2
    activations = 8192 * (4 * 4096 + 12288 + 3 * 11008) * 2
    fraction = model.gpu_memory_utilization or 0
    left = 80 * GIB * 0.99 * fraction - weights - 0.6 * GIB - activations
    assert model.here.kv_cache_tokens == pytest.approx(left / 524_288, rel=1e-3)
    assert model.here.sequences == int(left / 524_288) // 2000
    state, summary = judged(model)
    assert state == "ok"
    assert summary.startswith("GPU 0, NVIDIA A100-SXM4-80GB holds 5")


def test_a_smaller_gpu_holds_fewer(tmp_path: Path) -> None:
    state, summary = judged(qwen_on(tmp_path, "l4"))
    assert state == "warning"
    assert "A100" in summary
    assert "requests of 2000 tokens" in summary


def test_a_model_that_does_not_fit(tmp_path: Path) -> None:
    model = model_here(tmp_path, "Qwen/Qwen3-32B", machine_with(tmp_path, "l4"))
    state, summary = judged(model)
    assert state == "problem"
    assert "leave no room" in summary


def test_a_slice_counts_its_own_memory(tmp_path: Path) -> None:
    model = qwen_on(tmp_path, "h200_mig_slice")
    assert model.here is not None
    assert model.here.memory_bytes < 72 * GIB


def test_without_a_gpu_the_published_card_is_told(tmp_path: Path) -> None:
    state, summary = judged(qwen_on(tmp_path))
    assert state == "skipped"
    assert summary.startswith("no NVIDIA GPU here; A100 holds 5")


def test_without_lengths_there_is_nothing_to_compute(tmp_path: Path) -> None:
    model = qwen_on(tmp_path, "a100_sxm").model_copy(update={"tokens_per_sequence": None})
    assert judged(model)[0] == "skipped"
