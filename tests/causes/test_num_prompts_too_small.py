"""Too few requests: start and end dominate: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "num-prompts-too-small"
SHOWS = "vllm bench throughput --num-prompts 5 --model m/x"
EXCLUDES = "vllm bench throughput --num-prompts 5000 --model m/x"


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_is_ruled_out_by_what_excludes_it() -> None:
    judgement = judged(CAUSE, EXCLUDES)
    assert judgement.status == "ruled out"
    assert all(line.speaks != "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


def test_fewer_requests_than_were_to_run_at_once() -> None:
    """80 requests never make a batch of 256; with 64 at once, 80 do fill it."""
    few = judged(CAUSE, "vllm bench serve --num-prompts 80 --max-concurrency 256").factor
    full = judged(CAUSE, "vllm bench serve --num-prompts 80 --max-concurrency 64").factor
    assert few is not None
    assert full is not None
    assert few.estimate < full.estimate - 0.1
