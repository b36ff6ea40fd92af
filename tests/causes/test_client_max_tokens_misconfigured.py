"""The client asks for hardly any tokens: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "client-max-tokens-misconfigured"
SHOWS = (
    "============ Serving Benchmark Result ============\n"
    "Successful requests:                     500       \n"
    "Benchmark duration (s):                  60.00     \n"
    "Total input tokens:                      512000    \n"
    "Total generated tokens:                  500    \n"
    "Request throughput (req/s):              1.00      \n"
)
EXCLUDES = (
    "============ Serving Benchmark Result ============\n"
    "Successful requests:                     500       \n"
    "Benchmark duration (s):                  60.00     \n"
    "Total input tokens:                      512000    \n"
    "Total generated tokens:                  512000    \n"
    "Request throughput (req/s):              1.00      \n"
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
