"""Curve, knee, operating point, advice, and the words around a prediction."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

import pytest

from doctor.performance.advice import advice, server_command
from doctor.performance.case import Case, prepare
from doctor.performance.curve import concurrency_curve, knee, operating_point
from doctor.performance.describe import WIDTH, compare, describe, describe_advice
from doctor.performance.models import find_architecture
from doctor.performance.predict import outcome_of, predict, prediction_of
from doctor.schema.prediction import CurvePoint, Prediction, Refused
from doctor.schema.rates import Interval
from tests.performance import models
from tests.performance.setups import setup

SETUP = setup(models.QWEN3_8B, 200, 100, 10, max_num_seqs=32)


def point(concurrency: int, rate: float, tpot: float) -> CurvePoint:
    def interval(value: float) -> Interval:
        return Interval(estimate=value, low=0.9 * value, high=1.1 * value)

    return CurvePoint(
        concurrency=concurrency,
        output_tokens_per_s=interval(rate),
        total_tokens_per_s=interval(2 * rate),
        mean_tpot_s=tpot,
        mean_ttft_s=0.1 * concurrency,
        mean_running=concurrency,
        preemptions=0,
        mean_step_s=tpot,
        components=(),
    )


CURVE = (point(1, 100, 0.010), point(2, 190, 0.011), point(4, 220, 0.020), point(8, 225, 0.040))


@pytest.fixture(scope="module")
def case() -> Case:
    return prepare(SETUP, "h200")


@pytest.fixture(scope="module")
def predicted(case: Case) -> Prediction:
    curve = concurrency_curve(case)
    return prediction_of(outcome_of(case)).model_copy(
        update={"curve": curve, "knee_concurrency": knee(curve)}
    )


def test_the_knee_is_where_doubling_stops_paying() -> None:
    assert knee(CURVE) == 2
    assert knee(CURVE[:2]) == 2
    assert knee(()) is None


def test_a_last_step_that_is_no_doubling_is_judged_by_its_size() -> None:
    # Half a doubling that brings 15 % goes on paying: two of them bring 32 %.
    assert knee((point(1, 100, 0.01), point(2, 190, 0.01), point(3, 225, 0.01))) == 3


def test_the_curve_ends_where_seats_or_memory_do(case: Case, predicted: Prediction) -> None:
    assert [p.concurrency for p in predicted.curve] == [1, 2, 4, 8, 16, 32]
    tight = prepare(SETUP, "h200", kv_cache_tokens=200 * 11)
    assert [p.concurrency for p in concurrency_curve(tight)] == [1, 2, 4, 8, 10]


def test_latency_rises_along_the_curve(predicted: Prediction) -> None:
    tpot = [p.mean_tpot_s for p in predicted.curve]
    assert all(b > 0.98 * a for a, b in pairwise(tpot))  # tables are noisy where nothing grows
    assert tpot[-1] > 1.1 * tpot[0]


def test_each_point_holds_what_a_chart_needs(predicted: Prediction) -> None:
    for p in predicted.curve:
        rate = p.output_tokens_per_s
        assert rate.low is not None
        assert rate.high is not None
        assert rate.low < rate.estimate < rate.high
        assert p.total_tokens_per_s.estimate == pytest.approx(3 * rate.estimate)
        assert sum(c.fraction for c in p.components) == pytest.approx(1.0)
        assert 0 < p.mean_running <= p.concurrency


def test_the_operating_point_is_the_last_that_keeps_its_bound(case: Case, predicted: Prediction) -> None:
    bound = (predicted.curve[3].mean_tpot_s + predicted.curve[4].mean_tpot_s) / 2
    found = operating_point(case, predicted.curve, max_tpot_s=bound)
    assert found is not None
    assert 8 <= found.concurrency < 16
    assert found.mean_tpot_s <= bound
    one_more = operating_point(case, predicted.curve, max_tpot_s=found.mean_tpot_s * 1.0001)
    assert one_more == found


def test_bounds_that_nothing_keeps_give_no_point(case: Case, predicted: Prediction) -> None:
    assert operating_point(case, predicted.curve, max_tpot_s=1e-6) is None
    assert operating_point(case, predicted.curve, max_tpot_s=1.0, max_ttft_s=1e-6) is None
    best = operating_point(case, predicted.curve)
    assert best is not None
    assert best.output_tokens_per_s == max(
        (p.output_tokens_per_s for p in predicted.curve), key=lambda r: r.estimate
    )


def test_no_point_that_keeps_the_bound_is_faster_than_the_operating_point() -> None:
    """On an L4 16 requests of 1500 tokens fit; with 19 in flight some wait, and the rate is lower."""
    small = prepare(setup(find_architecture("llama-3.1-8b"), 1000, 500), "l4")
    curve = concurrency_curve(small)
    for bound in (1.0, 3.0, 8.0):
        found = operating_point(small, curve, max_ttft_s=bound)
        assert found is not None
        assert found.mean_ttft_s <= bound
        kept = [p.output_tokens_per_s.estimate for p in curve if p.mean_ttft_s <= bound]
        assert found.output_tokens_per_s.estimate >= max(kept)


def test_no_rate_is_shown_without_what_it_counts(case: Case, predicted: Prediction) -> None:
    found = advice(case, predicted, max_tpot_s=0.02)
    refused = Refused(device="t4", why="no room")
    for line in [
        *describe(predicted, SETUP),
        *compare([predicted, refused]),
        *describe_advice(found, SETUP),
    ]:
        assert len(line) <= WIDTH
        for before in line.split("tokens/s")[:-1]:
            assert before.rstrip().endswith(("output", "total")) or before.strip() == "" or "per s" in line


def test_advice_by_hand(case: Case, predicted: Prediction) -> None:
    found = advice(case, predicted)
    # Qwen3-8B keeps 2 · 36 layers · 8 heads · 128 · 2 bytes = 144 KiB per token.
    assert found.request_memory == 300 * 144 * 1024
    blocks = predicted.kv_cache_tokens // 16
    assert found.requests_that_fit == blocks // 19  # 300 tokens take 19 blocks of 16
    assert found.requests_with_margin == int(0.9 * found.requests_that_fit)


def test_the_commands_state_what_was_predicted(case: Case, predicted: Prediction) -> None:
    found = advice(case, predicted, max_tpot_s=1.0)
    assert found.operating_point is not None
    assert "--random-input-len 200 --random-output-len 100" in found.benchmark_command
    assert f"--max-concurrency {found.operating_point.concurrency}" in found.benchmark_command
    assert found.server_command == "vllm serve model --max-num-seqs 32"
    none = advice(case, predicted, max_tpot_s=1e-6)
    assert any("No concurrency keeps TPOT" in line for line in describe_advice(none, SETUP))


def test_commands_can_be_pasted_as_they_are_printed(case: Case, predicted: Prediction) -> None:
    found = advice(case, predicted, max_tpot_s=1.0)
    printed = "\n".join(describe_advice(found, SETUP))
    block = printed.partition("standard benchmark:")[2].partition("5. ")[0].replace("\\\n", "")
    assert [shlex.split(line) for line in block.splitlines() if line.strip()] == [
        shlex.split(found.server_command),
        shlex.split(found.benchmark_command),
    ]
    assert not re.search(r"--[a-z-]+ \\\n\s+[^-\s]", printed), "a flag keeps its value beside it"


def test_a_shipped_model_is_served_by_its_name_on_the_hub() -> None:
    asked = setup(find_architecture("qwen3-8b"))
    asked = asked.model_copy(update={"model": asked.model.model_copy(update={"name": "qwen3-8b"})})
    assert server_command(asked, predict(asked, "h200")) == "vllm serve Qwen/Qwen3-8B"


def test_a_cache_smaller_than_the_models_length_bounds_the_length() -> None:
    """20 GiB of KV cache would be needed for 131072 tokens of Llama-3.1-8B; an L4 offers 4."""
    asked = setup(find_architecture("llama-3.1-8b"), 1000, 500)
    assert server_command(asked, predict(asked, "l4")) == "vllm serve model --max-model-len 1536"


def test_a_prediction_says_that_nothing_was_run() -> None:
    p = predict(SETUP, "mi300x")
    text = " ".join(" ".join(describe(p, SETUP)).split())
    assert "predicted, nothing was run" in text
    assert "data sheet only" in text
    assert p.basis == "predicted"
