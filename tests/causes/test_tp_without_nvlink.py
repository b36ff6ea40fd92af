"""Tensor parallelism goes over PCIe: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "tp-without-nvlink"
SHOWS = (
    "WARNING 10-28 11:16:34 custom_all_reduce.py:1] Custom allreduce is disabled "
    "because it's not supported on more than two PCIe-only GPUs."
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
