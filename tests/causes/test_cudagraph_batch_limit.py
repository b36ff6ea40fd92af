"""Batches exceed the largest CUDA graph: what shows it, what excludes it."""

from __future__ import annotations

import pytest

from tests.causes.judging import judged

CAUSE = "cudagraph-batch-limit"
SMALL = (
    "vllm serve m/x --compilation-config '{\"cudagraph_capture_sizes\": [1, 2, 4]}'\n\n64 concurrent requests"
)
LARGE = "vllm serve m/x --max-cudagraph-capture-size 512\n\n64 concurrent requests"


@pytest.mark.parametrize("load", ["64 concurrent requests", "64 并发", "64 clients"])
def test_is_confirmed_where_far_more_runs_than_was_captured(load: str) -> None:
    judgement = judged(CAUSE, SMALL.replace("64 concurrent requests", load))
    assert judgement.status == "confirmed"
    assert "up to a batch of 4, 64 requests" in judgement.summary


def test_is_suspected_where_the_load_is_not_said() -> None:
    judgement = judged(CAUSE, "vllm serve m/x --max-cudagraph-capture-size 8")
    assert (judgement.status, judgement.strength) == ("confirmed", "configuration")
    assert judgement.plausibility < 0.7


def test_is_ruled_out_where_the_batch_was_captured() -> None:
    judgement = judged(CAUSE, LARGE)
    assert judgement.status == "ruled out"
    assert all(line.speaks == "against" for line in judgement.lines)


def test_the_engines_own_list_of_sizes_is_read() -> None:
    line = (
        "INFO 07-28 06:40:59 [core.py:61] Initializing a V1 LLM engine (v0.11.0) with config: model='m/x', "
        'compilation_config={"level":3,"cudagraph_capture_sizes":[2,1],"local_cache_dir":null}'
    )
    judgement = judged(CAUSE, f"{line}\n\nand 32 concurrent requests")
    assert "up to a batch of 2, 32 requests" in judgement.summary


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
