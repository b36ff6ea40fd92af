"""Tensor parallelism spans nodes: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "cross-node-tp"
SHOWS = "Tensor parallelism across nodes, without InfiniBand."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


def test_more_ranks_than_a_node_has_gpus() -> None:
    judgement = judged(CAUSE, "vllm serve m/x --tensor-parallel-size 16")
    assert judgement.strength == "configuration"
    assert "16 ranks" in judgement.summary
    assert judged(CAUSE, "vllm serve m/x --tensor-parallel-size 8").strength == "none"
