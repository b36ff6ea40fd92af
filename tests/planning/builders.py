"""Setups for the planning tests: the Qwen1.5-7B one, and any that could be published."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from doctor.performance.fitting import kv_cache_tokens_under, published_memory_bytes
from doctor.planning.settings import with_settings
from doctor.references import load_reference, reference_setup
from doctor.schema.setup import EngineSettings, Model, Origin, Sampling, Scalar, Setup, Workload

REFERENCE = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
"""1000 tokens in, 1000 out, 1000 prompts at once, max_num_seqs 256, on 80 GB."""

USERS = Origin(kind="user", note="a flag")


def published_kv_tokens(setup: Setup) -> int | None:
    """The KV cache on the card that the setup names."""
    return kv_cache_tokens_under(setup, published_memory_bytes(setup))


def changed(setup: Setup, **changes: Scalar) -> Setup:
    """The setup with these settings: ``workload__input_len=…``."""
    dotted = {path.replace("__", "."): value for path, value in changes.items()}
    return with_settings(setup, dotted, USERS)


def at(setup: Setup, path: str) -> object:
    """The value at a dotted path, read the long way round."""
    content: Any = setup.model_dump()
    for name in path.split("."):
        content = content[name]
    return content


def workloads() -> st.SearchStrategy[Workload]:
    return st.builds(
        Workload,
        input_len=st.integers(1, 40_000),
        output_len=st.integers(1, 40_000),
        num_prompts=st.integers(1, 20_000),
        max_concurrency=st.none() | st.integers(1, 5_000),
    )


def setups() -> st.SearchStrategy[Setup]:
    """Setups of one model: any load, any caps."""
    return st.builds(
        Setup,
        model=st.just(Model(name="a-model")),
        workload=workloads(),
        sampling=st.builds(Sampling, n=st.integers(1, 8), temperature=st.sampled_from([0.0, 1.0])),
        engine=st.builds(
            EngineSettings,
            max_num_seqs=st.none() | st.integers(1, 2_000),
            max_num_batched_tokens=st.none() | st.integers(1, 100_000),
            enforce_eager=st.none() | st.booleans(),
        ),
    )
