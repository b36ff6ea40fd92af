from __future__ import annotations

import math

import pytest
from scipy import stats

from doctor.attribution.ends import End
from doctor.attribution.questions import gap_questions
from tests.attribution.tables import make_factors, table

RATES = {"": 1000.0, "a": 500.0, "b": 800.0, "ab": 400.0}
"""a costs ln 2 = 0.693, b ln 1.25 = 0.223, and they do not interact."""


def test_the_gap_then_the_largest_cause_then_the_shares() -> None:
    gap, largest, first, second = gap_questions(table(RATES), make_factors("ab"))
    assert [one.rank for one in (gap, largest, first, second)] == [0, 1, 2, 2]
    assert gap.estimate == pytest.approx(math.log(2.5))
    assert largest.estimate == pytest.approx(math.log(2) - math.log(1.25))
    assert (first.estimate, second.estimate) == pytest.approx((math.log(2), math.log(1.25)))


def test_weights_and_half_widths_by_hand() -> None:
    """A share is half of all four cells: its standard error is the noise; t(10) 2.228."""
    gap, _, first, _ = gap_questions(table(RATES, noise=0.01, dof=10), make_factors("ab"))
    assert dict(gap.weights) == {"reference": 1.0, "ab": -1.0}
    assert dict(first.weights) == pytest.approx({"reference": 0.5, "a": -0.5, "b": 0.5, "ab": -0.5})
    t = float(stats.t.ppf(0.975, 10))
    assert first.half_width == pytest.approx(t * 0.01)
    assert gap.half_width == pytest.approx(t * 0.01 * math.sqrt(2))


def test_a_share_need_not_be_finer_than_a_fraction_of_the_gap() -> None:
    *_, first, _ = gap_questions(table(RATES), make_factors("ab"))
    assert first.precision == pytest.approx(0.15 * math.log(2.5))
    assert first.threshold is None
    small = {"": 1000.0, "a": 980.0, "b": 990.0, "ab": 970.0}
    *_, first, _ = gap_questions(table(small), make_factors("ab"))
    assert first.precision == 0.02


def test_from_both_ends_the_gap_and_its_size_are_asked() -> None:
    gap, all_of_it = gap_questions(table({"": 1000.0, "ab": 400.0}), make_factors("ab"))
    assert gap.name == "gap"
    assert gap.half_width is not None
    assert all_of_it.name == "share of All 2 differences together"
    assert all_of_it.estimate == gap.estimate


def test_between_two_figures_the_steps_to_them_are_asked_too() -> None:
    """From 2000 to 100 is ln 20 = 3.0, and 0.15 of that is fine enough for a step."""
    *_, before, after = gap_questions(
        table(RATES), make_factors("ab"), End("published", 2000.0), End("observed", 100.0)
    )
    assert dict(before.weights) == {"reference": 1.0}
    assert dict(after.weights) == {"ab": 1.0}
    assert (before.estimate, after.estimate) == pytest.approx((math.log(2), math.log(4)))
    assert before.precision == after.precision == pytest.approx(0.15 * math.log(20))
    assert len(gap_questions(table(RATES), make_factors("ab"), End("published", 2000.0))) == 4


def test_unknown_noise_is_unknown() -> None:
    assert all(one.half_width is None for one in gap_questions(table(RATES, noise=None), make_factors("ab")))


@pytest.mark.parametrize("rates", [{}, {"": 1000.0}, {"ab": 400.0, "a": 500.0}])
def test_without_both_ends_nothing_is_asked(rates: dict[str, float]) -> None:
    assert gap_questions(table(rates, noise=None), make_factors("ab")) == ()
    assert gap_questions(table({"": 1000.0}), ()) == ()
