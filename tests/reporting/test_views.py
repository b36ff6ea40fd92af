"""Rows, dots and lines as arranged for the page."""

from __future__ import annotations

import pytest

from doctor.reporting.language import Words
from doctor.reporting.views.dots import OWN, dot_plot
from doctor.reporting.views.rates import rate_rows
from doctor.reporting.views.runs import run_rows
from doctor.reporting.views.scale import Scale, ratio_scale
from doctor.reporting.views.series import series_of
from doctor.reporting.views.verdict import retold
from tests.reporting.samples import cpu_replica, gpu_measured, observed_only


def test_replica_rates_never_stand_beside_published_ones() -> None:
    assert [row.who for row in rate_rows(cpu_replica())] == ["published", "observed"]
    assert [row.who for row in rate_rows(gpu_measured())] == [
        "published", "observed", "observed", "reference arm", "user arm",
    ]  # fmt: skip


def test_the_chosen_reading_comes_first() -> None:
    rows = rate_rows(observed_only())
    assert [row.read_as for row in rows] == [None, "output", "total"]


def test_arms_without_a_rate_keep_a_row_with_the_reason() -> None:
    plot = dot_plot(gpu_measured())
    assert plot is not None
    dots = {dot.arm: dot for group in plot.groups for dot in group.dots}
    assert dots["max-num-seqs-512"].at is None
    assert "memory" in dots["max-num-seqs-512"].reason
    assert plot.groups[0].family == OWN


def test_no_measurement_no_plot() -> None:
    assert dot_plot(observed_only()) is None


def test_one_is_always_on_the_ratio_axis() -> None:
    for values in ([], [0.1, 0.5], [1.3], [0.98, 1.01], [0.001, 40.0]):
        scale, ticks = ratio_scale(values)
        assert 1.0 in ticks
        assert 0 <= scale.at(1.0) <= 100
        assert len(ticks) <= 16


def test_scale_holds_values_inside() -> None:
    assert Scale(0.0, 10.0).at(20.0) == 100
    assert Scale(1.0, 100.0, logarithmic=True).at(10.0) == pytest.approx(50)


def test_series_start_with_reference_and_user_and_read_back() -> None:
    drawn = series_of(gpu_measured())
    assert [item.role for item in drawn[:2]] == ["reference", "user"]
    first = drawn[0]
    assert {panel.title for panel in first.panels} >= {"Requests", "Output rate", "GPU SM clock", "GPU power"}
    path = first.panels[0].lines[0].path
    points = [tuple(map(float, point.split(" "))) for point in path[1:].split("L")]
    sample = first.run.engine_samples[30]
    assert (round(sample.t_s), float(sample.running or 0)) in [(round(t), v) for t, v in points]


def test_gpu_panels_only_with_a_gpu() -> None:
    assert not any("GPU" in panel.title for item in series_of(cpu_replica()) for panel in item.panels)


def test_run_rows_hold_delivered_lengths() -> None:
    trap = next(row for row in run_rows(gpu_measured()) if row.run.status == "invalid")
    assert (trap.prompt_lengths, trap.output_lengths) == ((1024, 1024), (128, 128))
    failed = next(row for row in run_rows(gpu_measured()) if row.run.status == "failed")
    assert failed.rates is None


def test_the_verdict_retold_keeps_the_numbers() -> None:
    text = retold(gpu_measured(), Words("zh"))
    for part in ("1000", "87.0", "1149.4", "2298.89", "77.6"):
        assert part in text
    assert retold(observed_only(), Words("en")).startswith("Your 1000 output tok/s")
