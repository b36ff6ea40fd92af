"""CUDA graphs are switched off: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "enforce-eager"
SHOWS = "vllm serve m/x --enforce-eager"
EXCLUDES = "INFO 07-28 06:40:59 [x.py:1] Graph capturing finished in 24 secs, took 0.54 GiB"


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
