"""Numbers as the verdict says them."""

from __future__ import annotations

from doctor.schema.rates import Counts, Interval


def rate(value: float, counts: Counts) -> str:
    """A rate with what it counts: "1149 output tok/s"."""
    return f"{figure(value)} {counts} tok/s"


def figure(value: float) -> str:
    """Four significant digits, no exponent, no padding: 1149, 149.4, 2.01."""
    return f"{value:.{_digits(value)}f}"


def with_reach(value: Interval) -> str:
    """An estimate and half its interval, to the same digit: "96.20 ± 20.10"; alone where there is none."""
    if value.low is None:
        return figure(value.estimate)
    return f"{figure(value.estimate)} ± {value.estimate - value.low:.{_digits(value.estimate)}f}"


def _digits(value: float) -> int:
    magnitude = abs(value)
    return 0 if magnitude >= 1000 else 1 if magnitude >= 100 else 2 if magnitude >= 1 else 3


def percent(fraction: float) -> str:
    """A share in percent; one digit behind the point below 20 %."""
    value = 100 * fraction
    return f"{value:.1f} %" if abs(value) < 20 else f"{value:.0f} %"


def interval(value: Interval) -> str:
    """An estimate with its interval where there is one: "0.15 (0.13 to 0.17)"."""
    if value.low is None or value.high is None:
        return f"{figure(value.estimate)} (no interval: too few repeats)"
    return f"{figure(value.estimate)} ({figure(value.low)} to {figure(value.high)})"
