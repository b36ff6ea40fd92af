"""Output length differs from the reference's: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "output-length-mismatch"
SHOWS = "Reference: 100 in 100 out\nCommand: ISL/OSL 100/20"
EXCLUDES = "Reference: 100 in 100 out\nCommand: ISL/OSL 100/99"


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
