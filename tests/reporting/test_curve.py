"""The curve over concurrency: places, the knee, where the user stands, and what never shares an axis."""

from __future__ import annotations

import pytest

from doctor.reporting.views.concurrency import concurrency_of, in_flight
from doctor.reporting.views.curve import Level, Mark, curve_chart, reached_at
from doctor.schema.prediction import CurvePoint
from doctor.schema.rates import Interval
from doctor.schema.setup import Workload
from tests.reporting.samples import cpu_replica, gpu_measured, observed_only, prediction
from tests.reporting.samples.prediction import forecast


def point(concurrency: int, output: float) -> CurvePoint:
    return CurvePoint(
        concurrency=concurrency,
        output_tokens_per_s=Interval(estimate=output, low=0.9 * output, high=1.1 * output),
        total_tokens_per_s=Interval(estimate=2 * output),
        mean_tpot_s=0.01,
        mean_ttft_s=0.1,
        mean_running=concurrency,
        preemptions=0,
        mean_step_s=0.01,
        components=(),
    )


CURVE = tuple(point(c, o) for c, o in ((1, 100.0), (2, 200.0), (4, 400.0), (8, 500.0)))


def test_doublings_are_evenly_spaced_and_zero_is_at_the_bottom() -> None:
    chart = curve_chart(CURVE, (), (), 4)
    assert chart is not None
    steps = [b[0] - a[0] for a, b in zip(chart.places, chart.places[1:], strict=False)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.02)
    top = chart.y_ticks[-1][0]
    assert chart.places[0][1] == pytest.approx(100 * (1 - 100 / top), abs=0.01)
    assert chart.knee_x == chart.places[2][0]


def test_all_at_once_stands_apart() -> None:
    mark = Mark("all", "measured", None, Interval(estimate=450.0, low=440.0, high=460.0))
    chart = curve_chart(CURVE, [mark], [Level("published", 480.0)], None)
    assert chart is not None
    assert chart.all_at_once == chart.marks[0].x
    several = curve_chart(CURVE, [mark, mark, mark], [], None)
    assert several is not None
    places = [one.x for one in several.marks]
    assert len(set(places)) == 3
    assert sum(places) / 3 == pytest.approx(several.all_at_once)
    assert chart.marks[0].x > chart.places[-1][0]
    assert chart.marks[0].whisker is not None
    assert chart.marks[0].whisker[0] < chart.marks[0].y < chart.marks[0].whisker[1]


def test_where_a_rate_is_reached() -> None:
    assert reached_at(CURVE, 400.0) == 4
    assert reached_at(CURVE, 300.0) == 3  # half way in rate is half way in doublings: 2.83
    assert reached_at(CURVE, 600.0) is None


def test_too_little_for_a_chart() -> None:
    assert curve_chart((), [Mark("a", "measured", 4, Interval(estimate=1.0))], (), None) is None


def test_the_client_that_never_waits_hands_all_over_at_once() -> None:
    assert in_flight(Workload(input_len=1, output_len=1, num_prompts=10, max_concurrency=10)) is None
    assert in_flight(Workload(input_len=1, output_len=1, num_prompts=10, max_concurrency=4)) == 4


def test_a_replica_never_stands_on_the_published_axis() -> None:
    report = cpu_replica().model_copy(update={"forecast": forecast()})
    told = concurrency_of(report)
    assert told.published.chart is not None
    assert not {"replica", "measured"} & set(told.published.chart.bases)


def test_what_was_measured_on_another_card_stands_on_that_cards_curve() -> None:
    there = forecast().there
    assert there is not None
    here = there.model_copy(update={"device_name": "another card"})
    report = gpu_measured().model_copy(update={"forecast": forecast().model_copy(update={"here": here})})
    told = concurrency_of(report)
    assert told.published.chart is not None
    assert told.here.chart is not None
    assert "measured" not in told.published.chart.bases
    assert "measured" in told.here.chart.bases
    assert [level.kind for level in told.published.chart.levels] == ["published"]
    assert [level.kind for level in told.here.chart.levels] == ["observed"]


def test_measured_arms_and_the_observed_figure_stand_on_it() -> None:
    told = concurrency_of(gpu_measured())
    assert told.published.chart is not None
    assert "measured" in told.published.chart.bases
    assert told.published.chart.has_yours
    assert {level.kind for level in told.published.chart.levels} == {"published", "observed"}


def test_without_a_setup_the_model_says_where_the_figure_would_stand() -> None:
    report = observed_only().model_copy(update={"forecast": forecast()})
    told = concurrency_of(report)
    stands_at = told.published.stands_at
    assert stands_at is not None
    curve = {p.concurrency: p.output_tokens_per_s.estimate for p in prediction().predictions[0].curve}
    below = max(c for c, rate in curve.items() if rate <= 1000)
    above = min(c for c, rate in curve.items() if rate >= 1000)
    assert below <= stands_at <= above
