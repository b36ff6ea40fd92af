"""The release is older than the reference's: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "outdated-version"
SHOWS = "Reference: vllm 0.9.2\nvllm 0.6.3"


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
