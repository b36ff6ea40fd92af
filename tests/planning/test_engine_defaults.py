from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.planning.engine_defaults import Entry, engine_default, engine_defaults
from doctor.schema.setup import Hardware, Scalar

A100 = Hardware(accelerator="A100", memory_gb=80)
A100_40 = Hardware(accelerator="NVIDIA A100-SXM4-40GB", memory_gb=40)
A800 = Hardware(accelerator="A800", memory_gb=80)
H200 = Hardware(accelerator="H200", memory_gb=141)
B200 = Hardware(accelerator="B200", memory_gb=180)
RTX = Hardware(accelerator="RTX 4090", memory_gb=24)
CPU = Hardware(accelerator="CPU")
UNKNOWN = Hardware()


@pytest.mark.parametrize(
    ("path", "version", "hardware", "entry", "value"),
    [
        ("gpu_memory_utilization", "0.4.2", A100, "LLM", 0.9),
        ("gpu_memory_utilization", "0.19.1", H200, "LLM", 0.9),
        ("gpu_memory_utilization", "0.20.2", H200, "LLM", 0.92),
        ("gpu_memory_utilization", "v0.32.0", H200, "server", 0.92),
        ("max_num_seqs", "0.6.3.post1", H200, "LLM", 256),
        ("max_num_seqs", "0.8.5.post1", A100, "LLM", 1024),
        ("max_num_seqs", "0.11.0", A100, "LLM", 256),
        ("max_num_seqs", "0.11.0", A800, "LLM", 1024),
        ("max_num_seqs", "0.11.0", A100_40, "LLM", 256),
        ("max_num_seqs", "0.32.0", H200, "server", 1024),
        ("max_num_seqs", "0.32.0", RTX, "server", 256),
        ("max_num_seqs", "0.32.0", CPU, "LLM", 256),
        ("max_num_seqs", "0.32.0", CPU, "server", 128),
        ("max_num_batched_tokens", "0.8.5", A100, "LLM", 16384),
        ("max_num_batched_tokens", "0.8.5", A100, "server", 8192),
        ("max_num_batched_tokens", "0.11.0", A100, "LLM", 8192),
        ("max_num_batched_tokens", "0.11.0", A100, "server", 2048),
        ("max_num_batched_tokens", "0.32.0", H200, "LLM", 16384),
        ("max_num_batched_tokens", "0.32.0", H200, "server", 8192),
        ("max_num_batched_tokens", "0.20.2", B200, "server", 8192),
        ("max_num_batched_tokens", "0.32.0", B200, "server", 16384),
        ("max_num_batched_tokens", "0.32.0", RTX, "server", 2048),
        ("max_num_batched_tokens", "0.32.0", CPU, "LLM", 4096),
        ("enable_prefix_caching", "0.6.3", UNKNOWN, "LLM", False),
        ("enable_prefix_caching", "0.8.5", UNKNOWN, "LLM", True),
        ("async_scheduling", "0.13.0", H200, "LLM", False),
        ("async_scheduling", "0.14.0", H200, "LLM", True),
        ("block_size", "0.32.0", CPU, "LLM", 128),
    ],
)
def test_known_defaults(path: str, version: str, hardware: Hardware, entry: Entry, value: Scalar) -> None:
    default = engine_default(f"engine.{path}", version, hardware, entry)
    assert default is not None
    assert default[0] == value
    assert default[1].kind == "engine default"


@pytest.mark.parametrize(
    ("path", "version", "hardware"),
    [
        ("max_num_seqs", None, H200),
        ("max_num_seqs", "main", H200),
        ("max_num_seqs", "0.32.0", UNKNOWN),
        ("max_num_seqs", "0.32.0", Hardware(accelerator="H100")),
        ("max_num_batched_tokens", "0.4.2", A100),
        ("max_num_batched_tokens", "0.27.0", B200),
        ("max_model_len", "0.32.0", H200),
        ("no_such_thing", "0.32.0", H200),
    ],
)
def test_what_is_not_known_is_none(path: str, version: str | None, hardware: Hardware) -> None:
    assert engine_default(f"engine.{path}", version, hardware, "server") is None


def test_the_origin_names_version_and_condition() -> None:
    default = engine_default("engine.max_num_seqs", "0.11.0", A100, "LLM")
    assert default is not None
    assert default[1].note == "vLLM 0.11.0, A100"
    default = engine_default("engine.max_num_batched_tokens", "0.32.0", H200, "server")
    assert default is not None
    assert default[1].note == "vLLM 0.32.0, server, 70 GiB and more"


def test_all_defaults_of_one_setup() -> None:
    values = {path: value for path, (value, _) in engine_defaults("0.32.0", H200, "LLM").items()}
    assert values == {
        "engine.gpu_memory_utilization": 0.92,
        "engine.max_num_seqs": 1024,
        "engine.max_num_batched_tokens": 16384,
        "engine.enable_prefix_caching": True,
        "engine.enable_chunked_prefill": True,
        "engine.async_scheduling": True,
        "engine.block_size": 16,
        "engine.enforce_eager": False,
        "engine.tensor_parallel_size": 1,
    }


@given(
    version=st.tuples(st.integers(0, 1), st.integers(0, 60), st.integers(0, 9)),
    memory=st.none() | st.floats(1, 300),
    accelerator=st.sampled_from([None, "A100", "H100", "CPU", "MI300X"]),
    entry=st.sampled_from(["LLM", "server"]),
)
def test_no_two_rules_hold_at_once(
    version: tuple[int, int, int], memory: float | None, accelerator: str | None, entry: Entry
) -> None:
    from doctor.planning import engine_defaults as module

    hardware = Hardware(accelerator=accelerator, memory_gb=memory)
    holding = [rule.path for rule in module._rules() if module._holds(rule, version, hardware, entry)]
    assert len(holding) == len(set(holding))
