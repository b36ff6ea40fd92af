"""Pipeline parallelism leaves bubbles: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "pipeline-parallel"
SHOWS = "vllm serve m/x --pipeline-parallel-size 4"
EXCLUDES = "vllm serve m/x --pipeline-parallel-size 1"


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


def test_one_request_keeps_one_stage_busy() -> None:
    """Four stages, one at work: a quarter of the rate at worst."""
    alone = judged(CAUSE, f"{SHOWS}\n\nWe send one request at a time.")
    many = judged(CAUSE, f"{SHOWS}\n\nWe send 256 concurrent requests.")
    assert alone.factor is not None
    assert alone.factor.low == 0.25
    assert many.factor is not None
    assert many.factor.estimate > 2 * alone.factor.estimate
