"""The client lets only so many requests through: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "client-concurrency-cap"
SHOWS = (
    "INFO 07-28 06:40:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 0 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:41:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 0 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:42:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 0 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:43:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 0 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "--max-concurrency 200"
)
EXCLUDES = (
    "INFO 07-28 06:40:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 50 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:41:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 50 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:42:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 50 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%\n"
    "INFO 07-28 06:43:00 [loggers.py:118] Engine 000: Avg prompt throughput: 610.8 "
    "tokens/s, Avg generation throughput: 1221.7 tokens/s, Running: 100 reqs, "
    "Waiting: 50 reqs, GPU KV cache usage: 30.0%, Prefix cache hit rate: 0.0%"
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
