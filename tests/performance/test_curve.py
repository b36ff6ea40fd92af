"""Curve, knee, operating point, and the words around a prediction."""

from __future__ import annotations

from itertools import pairwise

import pytest

from doctor.performance.case import prepare
from doctor.performance.curve import concurrency_curve, knee, operating_point
from doctor.performance.describe import advise, compare, describe
from doctor.performance.predict import predict
from doctor.schema.prediction import CurvePoint
from tests.performance import models
from tests.performance.setups import setup


def point(concurrency: int, rate: float, tpot: float) -> CurvePoint:
    return CurvePoint(
        concurrency=concurrency,
        output_tokens_per_s=rate,
        total_tokens_per_s=2 * rate,
        mean_tpot_s=tpot,
        mean_ttft_s=0.1 * concurrency,
    )


CURVE = (point(1, 100, 0.010), point(2, 190, 0.011), point(4, 220, 0.020), point(8, 225, 0.040))


def test_the_knee_is_where_doubling_stops_paying() -> None:
    assert knee(CURVE) == 2
    assert knee(CURVE[:2]) == 2
    assert knee(()) is None


def test_the_operating_point_keeps_both_bounds() -> None:
    assert operating_point(CURVE, max_tpot_s=0.025) == CURVE[2]
    assert operating_point(CURVE, max_tpot_s=0.025, max_ttft_s=0.2) == CURVE[1]
    assert operating_point(CURVE) == CURVE[3]
    assert operating_point(CURVE, max_tpot_s=0.001) is None


def test_latency_rises_along_the_curve() -> None:
    curve = concurrency_curve(prepare(setup(models.QWEN3_8B, 200, 100, 10, max_num_seqs=32), "h200"))
    assert [p.concurrency for p in curve] == [1, 2, 4, 8, 16, 32]
    tpot = [p.mean_tpot_s for p in curve]
    assert all(b > 0.98 * a for a, b in pairwise(tpot))  # tables are noisy where nothing grows
    assert tpot[-1] > 1.1 * tpot[0]
    assert all(p.total_tokens_per_s == pytest.approx(3 * p.output_tokens_per_s) for p in curve)


def test_no_rate_is_shown_without_what_it_counts() -> None:
    p = predict(setup(models.QWEN15_7B, 100, 50, 10), "a100")
    p = p.model_copy(update={"curve": CURVE, "knee_concurrency": 2})
    advice = advise(p, setup(models.QWEN15_7B, 100, 50, 10), CURVE[1])
    for line in [*describe(p), *compare([p]), *advice]:
        for before in line.split("tokens/s")[:-1]:
            assert before.rstrip().endswith(("output", "total"))


def test_advice_names_the_length_flags_that_are_honoured() -> None:
    asked = setup(models.QWEN15_7B, 100, 50, 10)
    text = "\n".join(advise(predict(asked, "a100"), asked, None))
    assert "--random-input-len 100 --random-output-len 50" in text
    assert "No concurrency keeps" in text
