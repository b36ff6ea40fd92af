"""Top-p or top-k sampling sorts the vocabulary: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "top-k-top-p-sort"
SHOWS = "SamplingParams(top_p=0.85, max_tokens=100)"
EXCLUDES = "SamplingParams(top_p=1.0, top_k=-1, max_tokens=100)"


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
