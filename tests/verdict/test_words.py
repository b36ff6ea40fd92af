from __future__ import annotations

import pytest

from doctor.schema.rates import Interval
from doctor.verdict.words import figure, interval, percent, rate


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2298.89, "2299"),
        (149.445, "149.4"),
        (2.0099, "2.01"),
        (0.1504, "0.150"),
        (-149.4, "-149.4"),
        (0, "0.000"),
    ],
)
def test_four_digits_and_no_exponent(value: float, words: str) -> None:
    assert figure(value) == words


def test_a_rate_says_what_it_counts() -> None:
    assert rate(1149.4, "output") == "1149 output tok/s"
    assert rate(2298.9, "total") == "2299 total tok/s"


@pytest.mark.parametrize(("fraction", "words"), [(0.13002, "13.0 %"), (0.87, "87 %"), (-0.021, "-2.1 %")])
def test_shares(fraction: float, words: str) -> None:
    assert percent(fraction) == words


def test_an_estimate_without_interval_says_so() -> None:
    assert interval(Interval(estimate=0.15, low=0.13, high=0.17)) == "0.150 (0.130 to 0.170)"
    assert "too few repeats" in interval(Interval(estimate=0.15))
