from __future__ import annotations

import json
from pathlib import Path

from doctor.engines.model_files import write_model_directory
from doctor.schema.setup import Architecture

ARCHITECTURE = Architecture(
    architectures=("Qwen2MoeForCausalLM",),
    model_type="qwen2_moe",
    hidden_size=256,
    intermediate_size=688,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=500,
    max_position_embeddings=4096,
    extra={"num_experts": 8, "rms_norm_eps": 1e-5},
)


def test_the_configuration_holds_the_figures_and_the_extra_keys_win(tmp_path: Path) -> None:
    folder = write_model_directory(ARCHITECTURE, tmp_path / "runs" / "model")
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["Qwen2MoeForCausalLM"]
    assert (config["hidden_size"], config["num_key_value_heads"], config["num_experts"]) == (256, 2, 8)
    assert config["rms_norm_eps"] == 1e-5
    assert "extra" not in config
    assert "head_dim" not in config  # not stated: the engine derives it


def test_every_token_id_has_a_word_of_its_own(tmp_path: Path) -> None:
    folder = write_model_directory(ARCHITECTURE, tmp_path)
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(500))


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_model_directory(ARCHITECTURE, tmp_path).iterdir()}
    again = {path.name: path.read_bytes() for path in write_model_directory(ARCHITECTURE, tmp_path).iterdir()}
    assert first == again
