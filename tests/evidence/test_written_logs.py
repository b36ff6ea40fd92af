"""Logs of releases that cannot run here, written in the forms that those packages print."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.evidence.reading import read_file
from doctor.schema.setup import Scalar
from tests.evidence.reading_text import facts, settings

WRITTEN = Path(__file__).parent / "samples" / "written"

FACTS: dict[str, dict[str, Scalar]] = {
    "vllm-0.4.2-server.log": {"version": "0.4.2", "engine_generation": "V0", "num_gpu_blocks": 7406},
    "vllm-0.6.3.post1-throughput.log": {
        "version": "0.6.3.post1",
        "num_gpu_blocks": 6502,
        "weights_gib": 14.3876,
    },
    "vllm-0.8.5.post1-server.log": {"version": "0.8.5.post1", "kv_cache_tokens": 891264, "start_s": 58.72},
    "vllm-0.11.0-server.log": {"version": "0.11.0", "kv_cache_tokens": 459712, "kv_cache_gib": 56.12},
    "vllm-0.17.1-server.log": {"version": "0.17.1", "kv_cache_tokens": 60416, "engine_generation": "V1"},
    "vllm-0.20.2-server.log": {"version": "0.20.2", "kv_cache_tokens": 301056, "start_s": 38.72},
}
SETTINGS: dict[str, dict[str, Scalar]] = {
    "vllm-0.4.2-server.log": {"engine.max_num_seqs": 64, "engine.max_model_len": 2048},
    "vllm-0.6.3.post1-throughput.log": {
        "workload.input_len": 1000,
        "workload.num_prompts": 100,
        "engine.enable_chunked_prefill": False,
        "engine.extra.mm_processor_kwargs": None,
    },
    "vllm-0.8.5.post1-server.log": {"engine.tensor_parallel_size": 2, "engine.max_num_batched_tokens": 8192},
    "vllm-0.11.0-server.log": {"engine.enforce_eager": True, "engine.max_num_seqs": 512},
    "vllm-0.17.1-server.log": {"engine.kv_cache_dtype": "fp8", "engine.extra.max_cudagraph_capture_size": 32},
    "vllm-0.20.2-server.log": {"engine.async_scheduling": False, "engine.extra.data_parallel_size": 2},
}
SIGNALS = {
    "vllm-0.4.2-server.log": {"attn_backend", "cudagraph_start", "cudagraph_done", "request_logged"},
    "vllm-0.6.3.post1-throughput.log": {"cudagraph_start", "cudagraph_done", "preempt_v0"},
    "vllm-0.8.5.post1-server.log": {
        "attn_backend", "sampler_native", "moe_default", "compile_time", "cudagraph_done", "gen_config",
        "chunked_prefill",
    },
    "vllm-0.11.0-server.log": {"eager", "attn_backend", "chunked_prefill", "spec_acceptance"},
    "vllm-0.17.1-server.log": {"attn_backend", "compile_time", "async_on"},
    "vllm-0.20.2-server.log": {"compile_time"},
}  # fmt: skip
RUNNING = {
    "vllm-0.4.2-server.log": [("", "V0", 64, 112, None)],
    "vllm-0.6.3.post1-throughput.log": [],
    "vllm-0.8.5.post1-server.log": [("000", "V1", 259, 535, None)],
    "vllm-0.11.0-server.log": [("000", "V1", 6, 0, None)],
    "vllm-0.17.1-server.log": [("000", "V1", 31, 60, 23)],
    "vllm-0.20.2-server.log": [("000", "V1", 40, 0, None), ("001", "V1", 4, 0, None)],
}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_log_of_that_release(name: str) -> None:
    evidence = read_file(WRITTEN / name)
    assert facts(evidence).items() >= FACTS[name].items()
    assert settings(evidence).items() >= SETTINGS[name].items()
    assert {signal.id for signal in evidence.signals} == SIGNALS[name]
    assert [
        (series.engine, series.generation, series.peak_running, series.peak_waiting, series.preemptions)
        for series in evidence.stats
    ] == RUNNING[name]


def test_every_written_log_is_tested() -> None:
    assert {path.name for path in WRITTEN.iterdir()} == set(FACTS)


def test_the_old_scripts_one_figure_is_a_total() -> None:
    evidence = read_file(WRITTEN / "vllm-0.6.3.post1-throughput.log")
    assert {rate.quantity: rate.per_s for rate in evidence.rates} == {
        "requests": 1.13,
        "total tokens": 2254.8,
    }
