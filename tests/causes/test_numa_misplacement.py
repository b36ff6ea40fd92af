"""The engine runs on the wrong socket: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "numa-misplacement"
SHOWS = "The process runs on the wrong socket (NUMA)."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
