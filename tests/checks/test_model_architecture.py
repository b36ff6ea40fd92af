from __future__ import annotations

from pathlib import Path

from tests.checks.judging import environment_of, judge
from tests.checks.models import model_here, qwen_on

NAME = "model-architecture"


def test_the_figures_and_the_count(tmp_path: Path) -> None:
    result = judge(NAME, environment_of(), qwen_on(tmp_path))
    assert result.state == "ok"
    assert result.summary == "7.72 billion parameters, 14.4 GiB of weights in GPU memory"
    read = {reading.what: reading.value for reading in result.readings}
    assert read["layers"] == "32"
    assert read["heads"] == "32, 32 of keys and values, 128 elements each"


def test_a_name_that_is_not_known(tmp_path: Path) -> None:
    result = judge(NAME, environment_of(), model_here(tmp_path, "nobody/knows-this"))
    assert result.state == "unknown"
    assert "--model" in result.summary


def test_a_name_of_the_table(tmp_path: Path) -> None:
    result = judge(NAME, environment_of(), model_here(tmp_path, "Qwen/Qwen3-0.6B"))
    assert result.state == "ok"
    assert {reading.where for reading in result.readings} >= {"qdoctor's own table"}


def test_what_is_not_modelled_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "config.json").write_text(
        '{"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "hidden_size": 64, '
        '"intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 100, "num_attention_heads": 4, '
        '"max_position_embeddings": 2048, "kv_lora_rank": 512}'
    )
    result = judge(NAME, environment_of(), model_here(tmp_path, "/m"))
    assert result.state == "unknown"
    assert "multi-head latent attention" in result.summary
