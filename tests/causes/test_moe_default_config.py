"""No tuned configuration for the MoE kernel: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "moe-default-config"
SHOWS = (
    "WARNING 07-28 06:40:59 [fused_moe.py:1] Using default MoE config. Performance "
    "might be sub-optimal! Config file not found at /x/E=128,N=768,device_name=NVIDIA_H20.json"
)
EXCLUDES = "INFO 07-28 06:40:59 [x.py:1] Using configuration from /x/E=8.json for MoE layer."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_is_ruled_out_by_what_excludes_it() -> None:
    judgement = judged(CAUSE, EXCLUDES)
    assert judgement.status == "ruled out"
    assert all(line.speaks != "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
