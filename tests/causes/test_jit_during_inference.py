"""Kernels are compiled during the run: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "jit-during-inference"
SHOWS = (
    "WARNING 07-28 06:40:59 [jit_monitor.py:1] Triton kernel JIT compilation during "
    "inference: _causal_conv1d_fwd_kernel. This causes a latency spike; consider "
    "extending warmup to cover this shape/config."
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
