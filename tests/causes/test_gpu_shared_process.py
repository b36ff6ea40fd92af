"""Other processes use the GPU: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "gpu-shared-process"
SHOWS = (
    "INFO 07-28 06:40:59 [x.py:1] Free memory on device (20.1/79.1 GiB) on startup "
    "is less than desired GPU memory utilization (0.9, 71.2 GiB)."
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
