"""Which side a figure in a sentence stands on."""

from __future__ import annotations

import pytest

from tests.evidence.reading_text import read


def said(text: str) -> list[tuple[float, str]]:
    return [(rate.per_s, str(rate.role)) for rate in read(text).rates]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A word in the next sentence speaks of the next figure.
        ("It gives 85 tokens/s. The docs say 2500 tokens/s.", [(85, "observed"), (2500, "expected")]),
        (
            "单条请求大约 85 tokens/s。官方说可以到 2500 tokens/s。",
            [(85, "observed"), (2500, "expected")],
        ),
        ("2500 tokens/s in the docs, I get 85 tokens/s", [(2500, "expected"), (85, "observed")]),
        ("20 tokens/s offline, docs promise 3000", [(20, "observed")]),
        ("Expected 3200 tok/s, got 1150 tok/s", [(3200, "expected"), (1150, "observed")]),
        ("A colleague's slide says 2400 tok/s", [(2400, "expected")]),
        # "concurrent" is not "current", "known" is not "now".
        ("README, 256 concurrent: 9850 output tok/s", [(9850, "expected")]),
        ("well-known blog: 9850 tok/s", [(9850, "expected")]),
        ("It went from 8900 tok/s to 7400 tok/s.", [(8900, "baseline"), (7400, "observed")]),
        ("开着 3100 token/s，去掉以后 4300 token/s", [(3100, "observed"), (4300, "baseline")]),
        ("I used to get 1650 tok/s and now it is 1180 tok/s", [(1650, "baseline"), (1180, "observed")]),
        ("locally 3x the throughput (6,300 vs 2,050 output tok/s)", [(6300, "baseline"), (2050, "observed")]),
        ("预期 QPS 12，实际 QPS 2.3", [(12, "expected"), (2.3, "observed")]),
        ("QPS 12", [(12, "observed")]),
        ("I get 71 tok/s; a friend with this card gets 118 tok/s.", [(71, "observed"), (118, "expected")]),
        ("TP16 gives 620 tok/s", [(620, "observed")]),
    ],
)
def test_the_side_of_a_figure(text: str, found: list[tuple[float, str]]) -> None:
    assert said(text) == found


@pytest.mark.parametrize(
    "lines",
    [
        "tensor_parallel_size=2: 1210 output tok/s\ntensor_parallel_size=4: 730 output tok/s",
        "TP 2: 1210 output tok/s\nTP 4: 730 output tok/s",
        "双卡 1210 tokens/s\n四卡 730 tokens/s",
        "with two GPUs 1210 tok/s\nwith four GPUs 730 tok/s",
    ],
)
def test_more_gpus_that_are_slower(lines: str) -> None:
    assert said(lines) == [(1210, "baseline"), (730, "observed")]


def test_more_gpus_that_are_faster_are_no_gap() -> None:
    text = "tensor_parallel_size=2: 730 tok/s\ntensor_parallel_size=4: 1210 tok/s"
    assert said(text) == [(730, "observed"), (1210, "observed")]


def test_a_rate_of_requests_is_no_number_of_prompts() -> None:
    evidence = read("We send 3 requests/s to it and 40 requests in total.")
    assert [fact.value for fact in evidence.settings if fact.path == "workload.num_prompts"] == [40]


def test_of_two_ways_that_are_compared_the_better_is_what_the_other_is_compared_with() -> None:
    text = "Same server:\n- free text: 2140 output tok/s\n- json_schema: 610 output tok/s"
    assert said(text) == [(2140, "baseline"), (610, "observed")]


@pytest.mark.parametrize(
    "text",
    [
        "Same server: 62 tok/s for one request, 900 tok/s with 50 users",  # two points of one curve
        "Whereas one request gives 62 tok/s, with 50 users it gives 900 tok/s",
        "Same server: 2140 tok/s here, 2100 tok/s there",  # the same figure twice
        "I get 62 tok/s. It also did 900 tok/s.",  # nobody compares
    ],
)
def test_figures_that_nobody_compares_are_no_gap(text: str) -> None:
    assert {role for _, role in said(text)} == {"observed"}


def test_a_load_that_is_named_once_is_that_of_both_where_all_else_is_the_same() -> None:
    text = "210 tok/s with 32 parallel requests, whereas the AWQ version of the same gives 780 tok/s"
    assert said(text) == [(210, "observed"), (780, "baseline")]
