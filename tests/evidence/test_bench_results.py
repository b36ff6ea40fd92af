"""Results of vLLM's benchmarks, as JSON and as printed."""

from __future__ import annotations

import json

import pytest

from tests.evidence.reading_text import rates, read, settings

THROUGHPUT = {
    "model_id": "tiny",
    "elapsed_time": 60.0,
    "num_requests": 16,
    "total_num_tokens": 18435,
    "requests_per_second": 16 / 60,
    "tokens_per_second": 18435 / 60,
}
SERVE = {
    "date": "20260801-120000",
    "backend": "vllm",
    "model_id": "Qwen/Qwen3-8B",
    "num_prompts": 200,
    "request_rate": "inf",
    "max_concurrency": 32,
    "duration": 100.0,
    "completed": 200,
    "failed": 0,
    "total_input_tokens": 204800,
    "total_output_tokens": 25600,
    "request_throughput": 2.0,
    "output_throughput": 256.0,
    "total_token_throughput": 2304.0,
    "max_concurrent_requests": 40,
    "mean_ttft_ms": 90.5,
    "output_lens": [128, 128, 3],
}
BLOCK = """\
============ Serving Benchmark Result ============
Successful requests:                     200
Benchmark duration (s):                  100.00
Total input tokens:                      204800
Total generated tokens:                  25600
Request throughput (req/s):              2.00
Output token throughput (tok/s):         256.00
{total}             2304.00
---------------Time to First Token----------------
Mean TTFT (ms):                          90.50
P99 TTFT (ms):                           {ttft}
==================================================
"""


def test_throughput_json_counts_prompt_and_output_together() -> None:
    evidence = read(json.dumps(THROUGHPUT))
    assert rates(evidence) == {"requests": pytest.approx(0.2667, abs=1e-4), "total tokens": 307.25}
    run = evidence.delivered[0]
    assert (run.requests, run.total_tokens, run.prompt_tokens, run.output_tokens) == (16, 18435, None, None)
    assert evidence.rates[1].origin.path == "$.tokens_per_second"


def test_pytorch_twin_brings_the_arguments() -> None:
    record = {
        "benchmark": {
            "name": "vLLM benchmark",
            "extra_info": {"args": {"input_len": 64, "random_input_len": 1024}},
        },
        "model": {"name": "tiny"},
        "metric": {"name": "tokens_per_second", "benchmark_values": [307.25], "extra_info": {}},
    }
    evidence = read(json.dumps([record]))
    assert rates(evidence) == {"total tokens": 307.25}
    assert settings(evidence)["workload.input_len"] == 64


def test_one_figure_of_the_old_script_is_a_total() -> None:
    evidence = read("Throughput: 81.74 requests/s, 20926.37 tokens/s")
    assert rates(evidence) == {"requests": 81.74, "total tokens": 20926.37}


def test_printed_lines_give_requests_and_seconds_by_arithmetic() -> None:
    evidence = read(
        "Processed prompts: 100%|###| 16/16 [00:59<00:00,  3.72s/it, est. speed input: 275.1 toks/s, "
        "output: 34.39 toks/s]\n"
        "Throughput: 0.27 requests/s, 309.50 total tokens/s, 34.39 output tokens/s\n"
        "Total num prompt tokens:  16387\nTotal num output tokens:  2048\n"
    )
    run = evidence.delivered[0]
    assert (run.requests, run.prompt_tokens, run.output_tokens) == (16, 16387, 2048)
    assert run.wall_s == pytest.approx(2048 / 34.39)
    assert rates(evidence)["output tokens"] == 34.39


def test_a_progress_bar_alone_gives_its_estimate() -> None:
    evidence = read(
        "Processed prompts: 100%|#| 32/32 [00:48<00:00,  1.53s/it, est. speed input: 28.13 toks/s, "
        "output: 335.00 toks/s]"
    )
    assert rates(evidence) == {"prompt tokens": 28.13, "output tokens": 335.0}


def test_bars_of_one_request_each_are_a_loop() -> None:
    bar = "Processed prompts: 100%|#| 1/1 [00:01<00:00,  1.53s/it]\n"
    assert [signal.id for signal in read(bar * 5).signals] == ["single_request_bars"]


def test_serve_json() -> None:
    evidence = read(json.dumps(SERVE))
    run = evidence.delivered[0]
    assert rates(evidence) == {"requests": 2.0, "output tokens": 256.0, "total tokens": 2304.0}
    assert (run.requests, run.output_tokens, run.peak_concurrency) == (200, 25600, 40)
    assert (run.output_lens_min, run.output_lens_max) == (3, 128)
    assert settings(evidence)["workload.max_concurrency"] == 32


@pytest.mark.parametrize("total", ["Total Token throughput (tok/s):", "Total token throughput (tok/s):"])
def test_both_spellings_of_the_printed_block(total: str) -> None:
    evidence = read(BLOCK.format(total=total, ttft="310.2"))
    assert rates(evidence) == {"requests": 2.0, "output tokens": 256.0, "total tokens": 2304.0}
    assert evidence.delivered[0].p99_ttft_ms == 310.2


def test_two_blocks_are_two_runs() -> None:
    block = BLOCK.format(total="Total token throughput (tok/s):", ttft="1.0")
    assert len(read(block + block).delivered) == 2


def test_latency_json_has_no_tokens() -> None:
    evidence = read(json.dumps({"avg_latency": 1.5, "latencies": [1.4, 1.6], "percentiles": {"50": 1.5}}))
    assert evidence.delivered[0].wall_s == 1.5
    assert evidence.rates == ()


def test_generated_text_in_a_result_is_no_script() -> None:
    evidence = read(json.dumps({**SERVE, "generated_texts": ["from vllm import LLM\nLLM('m')"]}))
    assert rates(evidence)["output tokens"] == 256.0
    assert evidence.script == ()
