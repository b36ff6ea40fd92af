from __future__ import annotations

import pytest

from doctor.statistics.cells import cell_table
from doctor.statistics.measure import measure_arms
from doctor.statistics.verdict import compare
from tests.statistics.builders import interleaved, make_arm, make_run

ARMS = [make_arm("reference", role="reference"), make_arm("user", ["f"], role="user")]


def test_rates_are_three_and_proportional() -> None:
    reference, _ = measure_arms(
        interleaved({"reference": [100.0, 100.5], "user": [50.0, 50.2]}), ARMS, "reference", "measured"
    )
    assert reference.rates is not None
    assert reference.rates.total_tokens_per_s == pytest.approx(2 * reference.rates.output_tokens_per_s)
    assert reference.rates.output_tokens_per_s == pytest.approx(10 * reference.rates.requests_per_s)
    assert reference.output_tokens_per_s is not None
    assert reference.output_tokens_per_s.estimate == pytest.approx(reference.rates.output_tokens_per_s)


def test_ratio_of_two_arms() -> None:
    runs = interleaved({"reference": [100.0, 101.0, 100.5], "user": [50.0, 50.2, 50.4]})
    reference, user = measure_arms(runs, ARMS, "reference", "measured")
    assert user.ratio_to_reference is not None
    assert user.ratio_to_reference.estimate == pytest.approx(0.5, rel=0.01)
    assert compare(user.ratio_to_reference) == "difference shown"
    assert compare(reference.ratio_to_reference) == "no difference shown"
    assert "pooled" in user.ratio_to_reference.method


def test_many_rounds_are_compared_within_rounds() -> None:
    drift = [1.0, 1.1, 1.2, 1.3, 1.4]
    runs = interleaved(
        {
            "reference": [100 * d for d in drift],
            "user": [97 * d * (1 + 0.001 * i) for i, d in enumerate(drift)],
        }
    )
    user = measure_arms(runs, ARMS, "reference", "measured")[1]
    assert user.ratio_to_reference is not None
    assert "within rounds" in user.ratio_to_reference.method
    assert compare(user.ratio_to_reference) == "difference shown"


def test_repeats_in_one_engine_start_say_what_they_miss() -> None:
    runs = [
        make_run(arm, rate, repeat=repeat, start=start, position=4 * start + repeat)
        for start, (arm, rates) in enumerate(
            {"reference": [100.0, 101.0, 99.0, 100.0], "user": [90.0, 91.0, 90.5, 90.0]}.items()
        )
        for repeat, rate in enumerate(rates)
    ]
    user = measure_arms(runs, ARMS, "reference", "measured")[1]
    assert user.ratio_to_reference is not None
    assert "noise between starts is not in the intervals" in user.ratio_to_reference.method


def test_invalid_and_failed_runs_are_counted_and_left_out() -> None:
    runs = [
        *interleaved({"reference": [100.0, 101.0]}),
        make_run("user", status="invalid", reason="128 output tokens instead of 1000", position=5),
        make_run("user", status="failed", reason="out of memory", position=6),
    ]
    user = measure_arms(runs, ARMS, "reference", "replica")[1]
    assert (user.runs_ok, user.runs_invalid, user.runs_failed) == (0, 1, 1)
    assert user.rates is None
    assert user.ratio_to_reference is None
    assert user.reason == "128 output tokens instead of 1000; out of memory"
    assert user.basis == "replica"


def test_nothing_was_run() -> None:
    for measured in measure_arms([], ARMS, "reference", "measured"):
        assert measured.rates is None
        assert measured.stability == "unknown"
        assert measured.reason == "not run"


def test_a_run_without_output_has_no_rate() -> None:
    run = make_run("user").model_copy(update={"output_tokens": (0, 0, 0, 0)})
    user = measure_arms([run], ARMS, "reference", "measured")[1]
    assert user.rates is None
    assert compare(user.ratio_to_reference) == "inconclusive"


def test_single_runs_are_inconclusive() -> None:
    user = measure_arms(interleaved({"reference": [100.0], "user": [50.0]}), ARMS, "reference", "measured")[1]
    assert user.ratio_to_reference is not None
    assert user.ratio_to_reference.estimate == pytest.approx(0.5)
    assert compare(user.ratio_to_reference) == "inconclusive"


def test_cells_leave_out_ablations_and_arms_without_runs() -> None:
    arms = [*ARMS, make_arm("hog", role="ablation"), make_arm("never", ["g"])]
    runs = interleaved({"reference": [100.0, 101.0], "user": [50.0, 50.5], "hog": [20.0, 20.1]})
    table = cell_table(runs, arms, "measured")
    assert {cell.arm for cell in table.cells} == {"reference", "user"}
    assert {cell.factors for cell in table.cells} == {frozenset(), frozenset({"f"})}
    assert table.cells[0].prompt_tokens_per_request == 10


def test_cells_in_total_tokens() -> None:
    runs = interleaved({"reference": [100.0, 101.0], "user": [50.0, 50.5]})
    output, total = (cell_table(runs, ARMS, "measured", counts) for counts in ("output", "total"))
    for first, second in zip(output.cells, total.cells, strict=True):
        assert second.log_rate - first.log_rate == pytest.approx(0.6931, abs=1e-4)


def test_no_cells() -> None:
    table = cell_table([], ARMS, "measured")
    assert table.cells == ()
    assert table.notes
