"""Results of other tools, converted to this project's definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doctor.evidence.reading import read_file
from tests.evidence.reading_text import rates, read


def _distribution(mean: float, **more: float) -> dict[str, object]:
    return {"successful": {"mean": mean, **more}}


def test_guidellm_time_per_token_is_converted() -> None:
    metrics = {
        "requests_per_second": _distribution(2.0),
        "output_tokens_per_second": _distribution(200.0),
        "tokens_per_second": _distribution(400.0),
        "output_token_count": _distribution(101.0, count=50, total_sum=5050),
        "prompt_token_count": _distribution(100.0, count=50, total_sum=5000),
        "time_to_first_token_ms": _distribution(110.0),
        "time_per_output_token_ms": _distribution(11.0),
    }
    evidence = read(json.dumps({"metadata": {"version": 2}, "benchmarks": [{"metrics": metrics}]}))
    run = evidence.delivered[0]
    # 101 tokens at 11 ms are 1111 ms; without the first token's 110 ms, 1001 ms for 100 tokens.
    assert run.mean_tpot_ms == pytest.approx(10.01)
    assert "first token" in run.notes[0]
    assert rates(evidence) == {"requests": 2.0, "output tokens": 200.0, "total tokens": 400.0}


def test_aiperf() -> None:
    data = {
        "schema_version": "1.4",
        "request_throughput": {"unit": "requests/sec", "avg": 2.0},
        "output_token_throughput": {"unit": "tokens/sec", "avg": 200.0},
        "request_count": {"unit": "requests", "avg": 50},
        "output_sequence_length": {"unit": "tokens", "avg": 100.0},
        "time_to_first_token": {"unit": "ms", "avg": 80.0, "p99": 90.0},
    }
    run = read(json.dumps(data)).delivered[0]
    assert (run.requests, run.output_tokens, run.p99_ttft_ms) == (50, 5000, 90.0)


@pytest.mark.parametrize("key", ["Output Throughput (tok/s)", "Output token throughput (tok/s)"])
def test_evalscope_keys_of_two_generations(key: str) -> None:
    data = {
        key: 512.0,
        "Request throughput (req/s)": 4.0,
        "Total requests": 20,
        "Average time to first token (s)": 0.25,
    }
    evidence = read(json.dumps(data))
    assert rates(evidence) == {"output tokens": 512.0, "requests": 4.0}
    assert evidence.delivered[0].mean_ttft_ms == 250.0


def test_sglang_writes_one_object_per_line() -> None:
    line = json.dumps(
        {
            "duration": 10.0,
            "completed": 20,
            "total_output_tokens": 2000,
            "total_output_tokens_retokenized": 2001,
            "request_throughput": 2.0,
            "output_throughput": 200.0,
            "total_throughput": 400.0,
            "random_output_len": 100,
        }
    )
    evidence = read(f"{line}\n{line}\n")
    assert [run.tool for run in evidence.delivered] == ["SGLang bench_serving"] * 2
    assert rates(evidence)["total tokens"] == 400.0


def test_inference_perf_seconds_become_milliseconds() -> None:
    data = {
        "load_summary": {"count": 10, "requested_rate": 3.0},
        "successes": {
            "count": 10,
            "latency": {"time_to_first_token": {"mean": 0.2, "p99": 0.5}},
            "throughput": {
                "output_tokens_per_sec": 90.0,
                "total_tokens_per_sec": 190.0,
                "requests_per_sec": 1.0,
            },
            "output_len": {"mean": 90.0},
        },
        "failures": {"count": 1},
    }
    run = read(json.dumps(data)).delivered[0]
    assert (run.mean_ttft_ms, run.output_tokens, run.failed, run.request_rate_per_s) == (200.0, 900, 1, 3.0)


def test_benchmark_report_in_yaml() -> None:
    text = """\
version: '0.2'
results:
  request_performance:
    aggregate:
      requests: {total: 10, failures: 0, output_length: {mean: 50.0}}
      latency: {time_to_first_token: {units: s, mean: 0.1}}
      throughput: {output_token_rate: {units: tokens/s, mean: 75.0}, request_rate: {mean: 1.5}}
"""
    evidence = read(text)
    assert rates(evidence) == {"output tokens": 75.0, "requests": 1.5}
    assert evidence.delivered[0].mean_ttft_ms == 100.0


OTHER_TOOLS = Path(__file__).parent / "samples" / "other-tools"


def test_guidellm_as_it_wrote_it() -> None:
    """Twelve requests of 64 and 32 tokens, as the server's metrics page counted them too (768 and 384).
    Its own inter-token latency is the time per token without the first: the converted one has to be that."""
    evidence = read_file(OTHER_TOOLS / "guidellm-0.8.1.json")
    run = evidence.delivered[0]
    assert (run.requests, run.prompt_tokens, run.output_tokens, run.peak_concurrency) == (12, 768, 384, 4)
    assert run.mean_tpot_ms == pytest.approx(run.mean_itl_ms)
    found = rates(evidence)
    assert found["total tokens"] == pytest.approx(found["output tokens"] * 3, rel=0.001)
    assert not evidence.unread


def test_aiperf_as_it_wrote_it() -> None:
    """The server counted 12 requests, 768 prompt and 384 output tokens; AIPerf tokenised the texts again."""
    evidence = read_file(OTHER_TOOLS / "aiperf-0.13.0.json")
    run = evidence.delivered[0]
    assert (run.requests, run.prompt_tokens, run.output_tokens) == (12, 768, 384)
    assert any("stands on 434" in note for note in run.notes)
    assert run.wall_s is not None
    found = rates(evidence)
    assert found["output tokens"] == pytest.approx(434 / run.wall_s, rel=0.01)
    assert found["total tokens"] == pytest.approx((768 + 434) / run.wall_s, rel=0.01)
    assert found["requests"] == pytest.approx(12 / run.wall_s, rel=0.01)
