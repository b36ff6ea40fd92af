"""vLLM's defaults by version, device and use, against the table of its releases."""

from __future__ import annotations

from typing import Any

import pytest

from doctor.errors import UsageError
from doctor.performance.engine_profile import EngineProfile, Usage, engine_profile, parse_version
from doctor.performance.memory import GIB
from tests.performance.models import QWEN15_7B
from tests.performance.setups import setup


def profile(
    version: str | None,
    device: str = "NVIDIA H100 80GB HBM3",
    gib: int = 79,
    usage: Usage = "offline",
    **engine: Any,
) -> EngineProfile:
    return engine_profile(
        setup(QWEN15_7B, version=version, **engine),
        device_name=device,
        device_memory_bytes=gib * GIB,
        usage=usage,
    )


@pytest.mark.parametrize(
    ("version", "device", "gib", "usage", "tokens", "seqs"),
    [
        ("0.11.2", "NVIDIA H100 80GB HBM3", 79, "offline", 16384, 1024),
        ("0.11.2", "NVIDIA H100 80GB HBM3", 79, "server", 8192, 1024),
        ("0.11.2", "NVIDIA A100-SXM4-80GB", 79, "offline", 8192, 256),
        ("0.11.2", "NVIDIA A100-SXM4-80GB", 79, "server", 2048, 256),
        ("0.8.5", "NVIDIA A100-SXM4-80GB", 79, "offline", 16384, 1024),
        ("0.11.2", "NVIDIA A800-SXM4-80GB", 79, "offline", 16384, 1024),
        ("0.32.0", "NVIDIA L40S", 44, "offline", 8192, 256),
        ("0.32.0", "NVIDIA B200", 178, "server", 16384, 1024),
        ("0.32.0", "cpu", 16, "cpu offline", 4096, 256),
    ],
)
def test_batch_defaults(version: str, device: str, gib: int, usage: Usage, tokens: int, seqs: int) -> None:
    found = profile(version, device, gib, usage)
    assert (found.max_num_batched_tokens, found.max_num_seqs) == (tokens, seqs)


@pytest.mark.parametrize(
    ("version", "fraction"), [("0.8.5", 0.9), ("0.18.1", 0.9), ("0.20.2", 0.92), (None, 0.92)]
)
def test_memory_fraction_by_version(version: str | None, fraction: float) -> None:
    assert profile(version).gpu_memory_utilization == fraction


def test_what_changed_between_versions() -> None:
    assert not profile("0.11.2").host.hidden
    assert profile("0.17.1").host.hidden
    assert not profile("0.18.1").reserve_full_prompt
    assert profile("0.20.2").reserve_full_prompt
    assert profile("0.18.1").graph_bytes == 0 < profile("0.20.2").graph_bytes
    assert profile("0.11.2").picker == "sort"
    assert profile("0.20.2").picker == "triton"
    assert profile("0.22.1").picker == "flashinfer"
    assert not profile("0.4.0").enable_prefix_caching


def test_v0_takes_the_model_length_as_token_budget() -> None:
    assert profile("0.4.0").max_num_batched_tokens == 32768


def test_settings_win_over_defaults() -> None:
    found = profile("0.32.0", max_num_seqs=32, max_num_batched_tokens=512, block_size=32)
    assert (found.max_num_seqs, found.max_num_batched_tokens, found.block_size) == (32, 512, 32)


@pytest.mark.parametrize(
    ("tokens", "padded"),
    [(1, 1), (2, 2), (3, 4), (5, 8), (56, 56), (57, 64), (250, 256), (257, 272), (512, 512), (513, 513)],
)
def test_tokens_are_padded_to_the_captured_graphs(tokens: int, padded: int) -> None:
    assert profile("0.32.0").padded(tokens) == padded


def test_few_seats_capture_few_graphs() -> None:
    assert profile("0.32.0", max_num_seqs=16).padded(33) == 33


@pytest.mark.parametrize(("text", "version"), [("0.17.1", (0, 17)), ("v0.8.5.post1", (0, 8)), (None, None)])
def test_versions_are_read(text: str | None, version: tuple[int, int] | None) -> None:
    assert parse_version(text) == version


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(UsageError, match="latest"):
        parse_version("latest")
