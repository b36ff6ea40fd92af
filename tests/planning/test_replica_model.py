from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.planning.replica_model import replica_model
from doctor.schema.setup import Architecture, Model
from tests.planning.builders import REFERENCE


def architecture(**changes: object) -> Architecture:
    given_ = REFERENCE.model.architecture
    assert given_ is not None
    return Architecture.model_validate({**given_.model_dump(), **changes})


def tiny(**changes: object) -> Architecture:
    made = replica_model(Model(name="a-model", architecture=architecture(**changes))).architecture
    assert made is not None
    return made


def test_the_published_model_in_small() -> None:
    model = tiny()
    assert model.architectures == ("Qwen2ForCausalLM",)
    assert (model.hidden_size, model.num_hidden_layers) == (256, 2)
    assert (model.num_attention_heads, model.num_key_value_heads) == (4, 4)  # no grouped queries there
    assert model.intermediate_size == 688  # 256 · 11008 / 4096
    assert model.vocab_size == 8_000
    assert model.torch_dtype == "float32"


@pytest.mark.parametrize(("heads", "kv_heads", "small"), [(32, 32, 4), (32, 16, 2), (32, 8, 1), (28, 4, 1)])
def test_grouped_queries_stay_grouped(heads: int, kv_heads: int, small: int) -> None:
    assert tiny(num_attention_heads=heads, num_key_value_heads=kv_heads).num_key_value_heads == small


@given(
    st.integers(1, 16).flatmap(lambda kv: st.tuples(st.integers(1, 16).map(lambda n: n * kv), st.just(kv))),
    st.integers(64, 16_384),
    st.integers(64, 65_536),
    st.integers(100, 300_000),
)
def test_the_engine_can_build_it(heads: tuple[int, int], hidden: int, inner: int, vocabulary: int) -> None:
    model = tiny(
        num_attention_heads=heads[0],
        num_key_value_heads=heads[1],
        hidden_size=hidden,
        intermediate_size=inner,
        vocab_size=vocabulary,
    )
    assert model.num_attention_heads % model.num_key_value_heads == 0
    assert model.head_size * model.num_attention_heads == model.hidden_size
    assert model.head_size in (32, 64, 80, 96, 112, 128, 192, 256)  # what vLLM's CPU attention takes
    assert model.intermediate_size % 16 == 0
    assert model.intermediate_size > 0
    assert model.vocab_size <= vocabulary


def test_experts_stay_experts_but_fewer() -> None:
    extra = {
        "num_experts": 60,
        "num_experts_per_tok": 4,
        "moe_intermediate_size": 1408,
        "shared_expert_intermediate_size": 5632,
        "rope_theta": 1e6,
    }
    small = tiny(extra=extra).extra
    assert small["num_experts"] == 8
    assert small["num_experts_per_tok"] == 2
    assert small["rope_theta"] == 1e6
    # 256 · 11008/4096 = 688 wide in all, over eight experts, in steps of 16
    assert small["moe_intermediate_size"] == small["shared_expert_intermediate_size"] == 80


def test_without_architecture_a_dense_decoder_stands_in() -> None:
    model = replica_model(Model(name="nameless"))
    assert model.architecture is not None
    assert model.architecture.model_type == "llama"
    assert model.weights == "dummy"
    assert model.name == "replica of nameless"
