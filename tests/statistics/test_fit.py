from __future__ import annotations

import math

import numpy as np
import pytest

from doctor.schema.measurement import spread
from doctor.schema.run import Run
from doctor.statistics.design import Layout, design_of
from doctor.statistics.fit import fit_arms
from tests.statistics.builders import interleaved, make_run


def test_two_way_residuals_by_hand() -> None:
    """Three arms, three rounds: the mean square is the two-way table's, with (3-1)(3-1) df."""
    logs = np.array([[0.00, 0.03, 0.01], [0.10, 0.14, 0.12], [0.31, 0.30, 0.35]])
    runs = interleaved({name: np.exp(row).tolist() for name, row in zip("abc", logs, strict=True)})
    fit = fit_arms(runs, "output")
    assert fit is not None
    left = logs - logs.mean(1, keepdims=True) - logs.mean(0, keepdims=True) + logs.mean()
    (term,) = fit.noise
    assert fit.design.removes_rounds
    assert term.dof == 4
    assert term.variance == pytest.approx((left**2).sum() / 4)
    assert fit.means == pytest.approx(logs.mean(1))
    error, dof = spread(fit.noise, [1.0, -1.0, 0.0]) or (0.0, 0.0)
    assert dof == pytest.approx(4)
    assert error == pytest.approx(math.sqrt(2 * term.variance / 3))


def test_rounds_are_left_in_where_too_few_degrees_of_freedom_remain() -> None:
    fit = fit_arms(interleaved({"a": [1.0, 1.1], "b": [1.2, 1.3]}), "output")
    assert fit is not None
    assert not fit.design.removes_rounds
    assert fit.noise[0].dof == 2


def test_rounds_that_overlap_in_time_are_not_removed() -> None:
    runs = [
        make_run(arm, 100.0 + number + repeat, repeat=repeat, start=number, position=3 * number + repeat)
        for number, arm in enumerate("abcd")
        for repeat in range(3)
    ]
    fit = fit_arms(runs, "output")
    assert fit is not None
    assert not fit.design.removes_rounds
    assert any("noise between starts is not in the intervals" in note for note in fit.notes)


def test_a_cell_run_once_borrows_the_noise_of_the_others() -> None:
    fit = fit_arms(interleaved({"a": [100.0, 101.0, 99.0], "b": [80.0]}), "output")
    assert fit is not None
    error, dof = spread(fit.noise, [1.0, -1.0]) or (0.0, 0.0)
    assert dof == pytest.approx(2)
    assert error == pytest.approx(math.sqrt(np.var(np.log([100, 101, 99]), ddof=1) * (1 / 3 + 1)))


def test_split_plot_gives_the_between_starts_contrast_its_own_mean_square() -> None:
    """Arms a, b share a start, c, d another; four rounds. The contrast (a+b) - (c+d) has a t
    interval on its four values per round, with three degrees of freedom."""
    rng = np.random.default_rng(3)
    runs: list[Run] = []
    per_round = []
    for repeat in range(4):
        logs = {}
        for group, arms in enumerate(("ab", "cd")):
            shared = rng.normal(0, 0.05)
            for arm in arms:
                logs[arm] = shared + rng.normal(0, 0.01)
                start = 2 * repeat + group
                runs.append(
                    make_run(arm, math.exp(logs[arm]), repeat=repeat, start=start, position=len(runs))
                )
        per_round.append((logs["a"] + logs["b"] - logs["c"] - logs["d"]) / 2)
    fit = fit_arms(runs, "output")
    assert fit is not None
    assert [term.level for term in fit.noise] == ["run", "engine start"]
    error, dof = spread(fit.noise, [0.5, 0.5, -0.5, -0.5]) or (0.0, 0.0)
    assert dof == pytest.approx(3)
    assert error == pytest.approx(np.std(per_round, ddof=1) / 2)


def test_no_repeat_no_noise() -> None:
    fit = fit_arms(interleaved({"a": [100.0], "b": [90.0]}), "output")
    assert fit is not None
    assert fit.noise == ()
    assert any("No arm was run twice" in note for note in fit.notes)


def test_identical_repeats_are_unknown_noise_not_zero() -> None:
    fit = fit_arms(interleaved({"a": [100.0] * 3, "b": [90.0] * 3}), "output")
    assert fit is not None
    assert fit.noise == ()


def test_no_valid_run_no_fit() -> None:
    assert fit_arms([], "output") is None
    assert fit_arms([make_run(status="failed")], "output") is None


def test_equal_designs_are_computed_once() -> None:
    layout = Layout(arms=(0, 0, 1, 1), rounds=(0, 1, 0, 1), starts=(0, 1, 2, 3), interleaved=True)
    assert design_of(layout) is design_of(layout)


def test_order_of_runs_does_not_matter() -> None:
    runs = interleaved({"a": [100.0, 103.0, 99.0], "b": [80.0, 83.0, 81.0], "c": [70.0, 71.0, 72.0]})
    there, back = fit_arms(runs, "output"), fit_arms(runs[::-1], "output")
    assert there is not None
    assert back is not None
    assert there.means == pytest.approx(back.means)
    assert there.noise[0].variance == pytest.approx(back.noise[0].variance)
