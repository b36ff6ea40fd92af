"""An issue's text: blocks are read as what they are, sentences as the weakest evidence."""

from __future__ import annotations

import pytest

from tests.evidence.reading_text import facts, read, settings

ISSUE = """\
### What I see

I get about 1000 tokens/s with 8×H100, far away from the 2298.89 tokens/s in the blog.

```bash
vllm bench throughput --num-prompts 100
```

~~~
Throughput: 1.00 requests/s, 2000.00 total tokens/s, 1000.00 output tokens/s
~~~
"""


def test_blocks_and_sentences() -> None:
    evidence = read(ISSUE, "issue.md")
    assert settings(evidence)["workload.num_prompts"] == 100
    assert (facts(evidence)["gpu.name"], facts(evidence)["gpu.count"]) == ("H100", 8)
    printed = [rate for rate in evidence.rates if rate.weight == "result"]
    assert [str(rate.origin) for rate in printed] == ["issue.md, line 10"] * 3
    said = {(rate.per_s, rate.role) for rate in evidence.rates if rate.weight == "statement"}
    assert said == {(1000.0, "observed"), (2298.89, "expected")}


@pytest.mark.parametrize(
    ("text", "quantity", "per_s", "role"),
    [
        ("Expected: 3100 tok/s", "tokens", 3100.0, "expected"),
        ("Observed: ~700 generated tok/s", "output tokens", 700.0, "observed"),
        ("Published: 2,298.89 total tokens/s", "total tokens", 2298.89, "expected"),
        ("we get 5.99 requests/s", "requests", 5.99, "observed"),
        ("Expected: 154.2 req/min", "requests", 154.2 / 60, "expected"),
        ("Expected: 1.5k tok/s", "tokens", 1500.0, "expected"),
        ("only 100–250 out tok/s", "output tokens", 175.0, "observed"),
        ("instead of 40 tok/s", "tokens", 40.0, "expected"),
    ],
)
def test_rates_in_words(text: str, quantity: str, per_s: float, role: str) -> None:
    rate = read(text).rates[0]
    assert str(rate.quantity) == quantity
    assert rate.per_s == pytest.approx(per_s)
    assert str(rate.role) == role


def test_lines_that_a_program_printed_are_no_sentences() -> None:
    evidence = read("Throughput: 1.00 requests/s, 2000.00 total tokens/s, 1000.00 output tokens/s")
    assert all(rate.weight == "result" for rate in evidence.rates)


def test_an_open_fence_reaches_to_the_end() -> None:
    assert settings(read("text\n```\nvllm serve m/x --max-num-seqs 3\n"))["engine.max_num_seqs"] == 3


def test_json_of_no_benchmark_is_read_for_its_texts() -> None:
    evidence = read(
        '{"title": "slow", "body": "Observed: 6 tok/s\\n```\\nvllm serve m/x --cpu-offload-gb 16\\n```"}'
    )
    assert settings(evidence)["engine.extra.cpu_offload_gb"] == 16
    assert evidence.rates[0].per_s == 6.0


def test_a_contrast_in_one_sentence() -> None:
    evidence = read("With v0.10.2 we achieve ~60tok/s but only 28tok/s after upgrading to v0.12.0.")
    assert [(rate.per_s, rate.role) for rate in evidence.rates] == [(60.0, "baseline"), (28.0, "observed")]


def test_a_pasted_line_may_be_the_other_runs() -> None:
    evidence = read(
        "Before: Throughput: 20.13 requests/s, 10308.29 tokens/s\nAfter: Throughput: 17.67 requests/s"
    )
    found = {(rate.per_s, rate.role) for rate in evidence.rates if rate.quantity == "requests"}
    assert found == {(20.13, "baseline"), (17.67, "observed")}
