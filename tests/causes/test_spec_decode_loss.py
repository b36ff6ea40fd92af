"""Speculative decoding costs more than it saves: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "spec-decode-loss"
SHOWS = (
    "vllm serve m/x --speculative-model m/d --num-speculative-tokens 5\n"
    "INFO 10-28 11:16:34 metrics.py:1] Speculative metrics: Draft acceptance rate: "
    "0.255, System efficiency: 0.249, Number of speculative tokens: 5"
)
EXCLUDES = (
    "INFO 10-28 11:16:34 metrics.py:1] Speculative metrics: Draft acceptance rate: "
    "0.855, System efficiency: 0.849, Number of speculative tokens: 5"
)


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
