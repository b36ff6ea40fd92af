"""The client cannot keep up: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "client-cpu-bottleneck"
SHOWS = "The client's event loop is the bottleneck: python client is 5x slower than another."


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


STATS = (
    "INFO 03-02 12:00:{s} [loggers.py:80] Engine 000: Avg prompt throughput: 812.3 tokens/s, Avg generation "
    "throughput: 642.0 tokens/s, Running: {run} reqs, Waiting: {wait} reqs, GPU KV cache usage: 1.9%, "
    "Prefix cache hit rate: 0.0%\n"
)


def _served(wait: int) -> str:
    lines = "".join(STATS.format(s=10 * n, run=10 + n, wait=wait) for n in range(1, 4))
    return f"vllm bench serve --max-concurrency 256\n\n```\n{lines}```\n"


def test_a_server_that_has_little_of_what_was_sent() -> None:
    judgement = judged(CAUSE, _served(wait=0))
    assert judgement.strength == "measured"
    assert "256 requests were to be in flight, 13 ran at most and none waited" in judgement.summary
    assert judged(CAUSE, _served(wait=40)).strength == "none"
