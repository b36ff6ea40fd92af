"""Sequences outgrow the CUDA graphs (V0): what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "cudagraph-context-limit"
SHOWS = (
    "INFO 10-28 11:16:34 llm_engine.py:1] Initializing an LLM engine (v0.6.3) with "
    "config: model='m', dtype=torch.float16, seed=0)\n"
    "--random-input-len 12000 --random-output-len 1000"
)
EXCLUDES = (
    "INFO 07-28 06:40:59 [x.py:1] Initializing a V1 LLM engine (v0.11.0) with config: model='m', seed=0"
)


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
