"""Single steps: against steps that others timed, and what the host adds by version."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from doctor.performance.case import prepare
from doctor.performance.costs import costs
from doctor.performance.models import find_architecture
from doctor.performance.step_time import Batches, StepTimes
from doctor.schema.setup import Architecture
from tests.performance.models import QWEN15_7B
from tests.performance.setups import setup


def steps_of(
    architecture: Architecture, gpu: str, version: str, input_len: int = 1000, **engine: Any
) -> StepTimes:
    asked = setup(architecture, input_len, 100, 10, version=version, **engine)
    return prepare(asked, gpu, usage="server").steps


def batch(
    decodes: float = 0, context: float = 0, prefill: float = 0, chunks: float = 0, attention_s: float = 0
) -> Batches:
    one = np.ones(1)
    return Batches(decodes * one, context * one, prefill * one, chunks * one, attention_s * one)


def seconds(steps: StepTimes, batches: Batches) -> float:
    return float(sum(steps.components(batches).values(), np.zeros(1))[0])


@pytest.mark.parametrize(
    ("prompt", "decodes", "prefill", "timed_ms"),
    [(128, 45, 2003, 238), (2000, 95, 1953, 334), (4000, 64, 1984, 369)],
)
def test_steps_of_a_server_on_a100(prompt: int, decodes: int, prefill: int, timed_ms: float) -> None:
    """GPUStack's performance lab: vLLM 0.11.0, Qwen3-14B, medians between tokens of 500 to 1000
    requests sent at once. Steps are full (2048 tokens), so the median is a step of this batch."""
    steps = steps_of(find_architecture("qwen3-14b"), "a100-sxm-80g", "0.11.0", prompt)
    pieces = np.full(max(1, round(prefill / prompt)), min(prefill, prompt), dtype=float)
    attention = float(np.sum(steps.prefill_attention(pieces, np.full_like(pieces, (prompt - pieces) / 2))))
    full = batch(decodes, decodes * (prompt + 50), prefill, len(pieces), attention)
    assert seconds(steps, full) * 1e3 == pytest.approx(timed_ms, rel=0.06)


@pytest.mark.parametrize(("gpu", "timed_ms"), [("h100-pcie", 9.62), ("h200", 5.09)])
def test_one_request_of_a_server_on_hopper(gpu: str, timed_ms: float) -> None:
    """VRscience/LLM_ML_benchmarking: means between tokens of 500 requests, 512 in, 128 out."""
    steps = steps_of(find_architecture("llama-3.1-8b"), gpu, "0.22.0", 512)
    assert seconds(steps, batch(1, 576)) * 1e3 == pytest.approx(timed_ms, rel=0.06)


def launches(steps: StepTimes, batches: Batches) -> float:
    return float(steps.launch_work(batches)[0])


def test_pure_decoding_runs_from_graphs_as_far_as_they_were_captured() -> None:
    steps = steps_of(QWEN15_7B, "a100-sxm-80g", "0.22.0")
    assert launches(steps, batch(256, 256_000)) == 0
    assert launches(steps, batch(600, 600_000)) == 32 * costs().compiled_layer_s
    assert launches(steps, batch(8, 8000, 500, 1)) == 32 * costs().compiled_layer_s


def test_v0_leaves_the_graphs_with_prompts_and_before_0_6_with_long_contexts() -> None:
    old, later = (steps_of(QWEN15_7B, "a100-sxm-80g", version) for version in ("0.4.2", "0.6.3"))
    assert launches(later, batch(8, 8000, 500, 1)) == 32 * costs().eager_layer_s
    assert launches(old, batch(1, 8000)) == launches(later, batch(1, 9000)) == 0
    assert launches(old, batch(1, 9000)) == 32 * costs().eager_layer_s
    assert launches(old, batch(2, 9000)) == 0, "it is the longest context that counts, not the sum"


def test_eager_mode_launches_every_layer() -> None:
    steps = steps_of(QWEN15_7B, "a100-sxm-80g", "0.22.0", enforce_eager=True)
    assert launches(steps, batch(1, 1000)) == 32 * costs().eager_layer_s


def test_fp8_layers_write_their_inputs_anew() -> None:
    plain, fp8 = (
        float(steps.components(batch(0, 0, 8192, 1))["element-wise"][0])
        for steps in (
            steps_of(QWEN15_7B, "h200", "0.22.0"),
            steps_of(QWEN15_7B, "h200", "0.22.0", quantization="fp8"),
        )
    )
    # Inputs of qkv, o, gate_up and down: 3 · 4096 + 11008 wide, 2 bytes read and 1 written.
    traffic = 32 * 8192 * (3 * 4096 + 11008) * 3 / 4.8e12
    assert traffic < fp8 - plain < 2 * traffic
