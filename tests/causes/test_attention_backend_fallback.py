"""FlashAttention cannot be used: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "attention-backend-fallback"
SHOWS = "INFO 10-28 11:16:34 selector.py:1] Cannot use FlashAttention-2 backend for Volta and Turing GPUs."


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
