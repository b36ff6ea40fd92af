"""The old V0 engine runs: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "v0-fallback"
SHOWS = (
    "WARNING 07-28 06:40:59 [arg_utils.py:1653] --preemption-mode is not supported "
    "by the V1 Engine. Falling back to V0. "
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
