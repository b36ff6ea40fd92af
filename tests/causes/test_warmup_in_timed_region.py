"""Warm-up is part of the figure: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "warmup-in-timed-region"
SHOWS = "vllm bench throughput, ~3 s run, 128 prompts"
EXCLUDES = (
    "============ Serving Benchmark Result ============\n"
    "Successful requests:                     5000       \n"
    "Benchmark duration (s):                  600.00     \n"
    "Total input tokens:                      5000    \n"
    "Total generated tokens:                  5000    \n"
    "Request throughput (req/s):              1.00      \n"
)


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


TIMED = """```python
import time
from vllm import LLM, SamplingParams

llm = LLM("m")
start = time.time()
llm.generate(warm_up)
outputs = llm.generate(prompts)
print(sum(len(o.outputs[0].token_ids) for o in outputs) / (time.time() - start))
```
"""


def test_a_script_that_times_what_it_throws_away_is_enough() -> None:
    judgement = judged(CAUSE, TIMED)
    assert judgement.status == "confirmed"
    assert any("whose outputs are not counted" in line.text for line in judgement.lines)
    before = TIMED.replace(
        "start = time.time()\nllm.generate(warm_up)", "llm.generate(warm_up)\nstart = time.time()"
    )
    assert judged(CAUSE, before).status != "confirmed"
