"""FP8 without hardware for it: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "fp8-weight-only"
SHOWS = (
    "WARNING 07-28 06:40:59 [m.py:1] Your GPU does not have native support for FP8 "
    "computation but FP8 quantization is being used."
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
