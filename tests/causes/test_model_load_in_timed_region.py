"""Loading the model is timed too: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "model-load-in-timed-region"
SHOWS = (
    "import time\n"
    "from vllm import LLM\n"
    "t = time.time()\n"
    "llm = LLM('m')\n"
    "out = llm.generate(['a', 'b'])\n"
    "print(time.time() - t)\n"
)


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


def test_a_short_run_is_mostly_start() -> None:
    """8 × 256 tokens take some two seconds, a start forty; 1000 × 1000 tokens take many minutes."""
    few = SHOWS.replace("['a', 'b']", "['a'] * 8, SamplingParams(max_tokens=256)")
    many = SHOWS.replace("['a', 'b']", "['a'] * 1000, SamplingParams(max_tokens=1000)")
    short, long = judged(CAUSE, few).factor, judged(CAUSE, many).factor
    assert short is not None
    assert long is not None
    assert short.estimate < 0.1
    assert long.estimate > 0.9
