from __future__ import annotations

import json

from doctor.engines.model_files import model_files
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


def test_the_configuration_holds_the_figures_and_the_extra_keys_win() -> None:
    config = json.loads(model_files(ARCHITECTURE)["config.json"])
    assert config["architectures"] == ["Qwen2MoeForCausalLM"]
    assert (config["hidden_size"], config["num_key_value_heads"], config["num_experts"]) == (256, 2, 8)
    assert config["rms_norm_eps"] == 1e-5
    assert "extra" not in config
    assert "head_dim" not in config  # not stated: the engine derives it


def test_every_token_id_has_a_word_of_its_own() -> None:
    vocabulary = json.loads(model_files(ARCHITECTURE)["tokenizer.json"])["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(500))
