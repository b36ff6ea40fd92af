"""Draft tokens shrink the token budget: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "spec-decode-token-budget"
SHOWS = (
    "INFO 07-28 06:40:59 [x.py:1] max_num_scheduled_tokens is set to 1536 based on "
    "the speculative decoding settings. This may lead to suboptimal performance."
)


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
