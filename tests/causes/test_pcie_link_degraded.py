"""The PCIe link trains below its best: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "pcie-link-degraded"
SHOWS = "The card sits on a PCIe x4 riser."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
