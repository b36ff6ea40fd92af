"""Long contexts slow every step: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "long-context-decode"
SHOWS = "--random-input-len 16000 --random-output-len 500"
EXCLUDES = "--random-input-len 500 --random-output-len 500"


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_is_ruled_out_by_what_excludes_it() -> None:
    judgement = judged(CAUSE, EXCLUDES)
    assert judgement.status == "ruled out"
    assert all(line.speaks != "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
