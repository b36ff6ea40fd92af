"""Quantization cannot help at this load: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "quant-no-speedup-regime"
SHOWS = "The quantized w4a16 model gives no speed-up."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
