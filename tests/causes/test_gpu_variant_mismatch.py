"""Another variant of the GPU: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "gpu-variant-mismatch"
SHOWS = "1×H100 PCIe 80GB, vllm 0.9.2"


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
