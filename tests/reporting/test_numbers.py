"""Numbers as people read them."""

from __future__ import annotations

import pytest

from doctor.reporting import numbers
from doctor.schema.rates import Interval


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.149445, "1.149"),
        (1149.445, "1149.4"),
        (2000.0, "2000"),
        (37.418, "37.42"),
        (141.93, "141.9"),
        (12483.4, "12483"),
        (-3.0, "−3.000"),
        (0.0, "0.000"),
    ],
)
def test_rate(value: float, text: str) -> None:
    assert numbers.rate(value) == text


def test_printed_figures_keep_their_digits() -> None:
    assert numbers.as_printed(2298.89) == "2298.89"
    assert numbers.as_printed(1000.0) == "1000"


def test_steps_are_signed_and_as_precise_as_their_interval() -> None:
    wide = Interval(estimate=96.23, low=76.1, high=116.4)
    assert numbers.step(-96.23, wide) == "−96.2"
    assert numbers.bounds(wide, sign=-1) == "[−116.4, −76.1]"
    assert numbers.step(0.0123, Interval(estimate=0.0123, low=0.01, high=0.0146)) == "+0.0123"


def test_no_interval_is_no_text() -> None:
    assert numbers.bounds(Interval(estimate=1.0)) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(0.13, "13.0\u00a0%"), (3.31, "331\u00a0%"), (-0.004, "−0.4\u00a0%")]
)
def test_percent(value: float, text: str) -> None:
    assert numbers.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(4.833, "4.83\u00a0s"), (228.4, "3\u00a0min 48\u00a0s"), (7260.0, "2\u00a0h 01\u00a0min")],
)
def test_seconds(value: float, text: str) -> None:
    assert numbers.seconds(value) == text


def test_a_step_of_nothing_is_shown_as_nothing() -> None:
    nothing = Interval(estimate=-5e-13, low=-1.3e-6, high=1.3e-6)
    assert numbers.step(-5e-13, nothing) == "±0.0"
    assert numbers.bounds(nothing) == "[0.0, 0.0]"
    assert numbers.step(-0.0042) == "−0.0042"
