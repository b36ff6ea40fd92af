"""The benchmark ran 1024/128 instead of the asked lengths: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "random-length-trap"
SHOWS = (
    "vllm bench throughput --input-len 64 --output-len 32 --num-prompts 16\n"
    "Throughput: 0.27 requests/s, 309.50 total tokens/s, 34.39 output tokens/s\n"
    "Total num prompt tokens:  16387\n"
    "Total num output tokens:  2048"
)
EXCLUDES = (
    "vllm bench throughput --input-len 64 --output-len 32 --num-prompts 16\n"
    "Throughput: 1.00 requests/s, 96.00 total tokens/s, 32.00 output tokens/s\n"
    "Total num prompt tokens:  1024\n"
    "Total num output tokens:  512"
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
