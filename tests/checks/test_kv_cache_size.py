from __future__ import annotations

from pathlib import Path

from tests.checks.judging import environment_of, judge
from tests.checks.models import model_here, qwen_on

NAME = "kv-cache-size"


def test_bytes_per_token_by_hand(tmp_path: Path) -> None:
    model = qwen_on(tmp_path)
    assert model.kv_bytes_per_token == 2 * 32 * 32 * 128 * 2 == 524_288
    result = judge(NAME, environment_of(), model)
    assert result.state == "ok"
    assert result.summary.startswith("512 KiB per token, 1000 MiB for a request of 2000 tokens; every head")


def test_grouped_heads_take_less(tmp_path: Path) -> None:
    model = model_here(tmp_path, "meta-llama/Llama-3.1-8B")
    assert model.kv_bytes_per_token == 2 * 32 * 8 * 128 * 2
    assert "every head" not in judge(NAME, environment_of(), model).summary


def test_without_an_architecture_it_is_unknown(tmp_path: Path) -> None:
    assert judge(NAME, environment_of(), model_here(tmp_path, "nobody/knows-this")).state == "unknown"
