"""No tuned configuration for the block-FP8 kernel: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "block-fp8-default-config"
SHOWS = (
    "INFO 07-28 06:40:59 [x.py:1] Using default W8A8 Block FP8 kernel config. "
    "Performance might be sub-optimal! Config file not found at /x.json"
)


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
