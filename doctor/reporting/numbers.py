"""Numbers as people read them: sensible precision, true minus signs, units beside them."""

from __future__ import annotations

import math

from doctor.schema.rates import Counts, Interval
from doctor.schema.setup import Scalar

MINUS = "\u2212"
NARROW = "\u00a0"


def rate(value: float, *, aligned: bool = False) -> str:
    """A rate in at least four significant digits: 1.149, 37.42, 141.9, 1149.4, 12483.

    ``aligned`` keeps the decimal of whole numbers, for columns.
    """
    size = abs(value)
    if size >= 10_000:
        text = f"{value:.0f}"
    elif size >= 1000:
        text = f"{value:.1f}" if aligned else f"{value:.1f}".removesuffix(".0")
    elif size >= 100:
        text = f"{value:.1f}"
    elif size >= 10:
        text = f"{value:.2f}"
    else:
        text = f"{value:.3f}"
    return _minus(text)


def coarse(value: float) -> str:
    """A rate that is not known to its decimals: 1334, 84.5, 2.63."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return _minus(f"{value:.{places}f}")


def reach(interval: Interval) -> str:
    """``[low, high]`` of a predicted rate, without decimals that nobody knows."""
    if interval.low is None or interval.high is None:
        return ""
    return f"[{coarse(interval.low)}, {coarse(interval.high)}]"


def as_printed(value: float) -> str:
    """A figure as its source prints it: every digit that was given, and no more."""
    return _minus(f"{value:.10g}")


def step(value: float, like: Interval | None = None) -> str:
    """A difference of rates, always signed; precision follows the interval where there is one."""
    text = f"{abs(value):.{_decimals(value, like)}f}"
    sign = "±" if float(text) == 0 else "+" if value > 0 else MINUS
    return sign + text


def unsigned(value: float, like: Interval | None = None) -> str:
    """A difference of rates without a plus sign."""
    return _minus(f"{value:.{_decimals(value, like)}f}")


def bounds(interval: Interval, *, sign: int = 1) -> str:
    """``[low, high]`` of an interval; empty where none can be computed, and where arithmetic leaves none."""
    if interval.low is None or interval.high is None or interval.low == interval.high:
        return ""
    low, high = sorted((sign * interval.low, sign * interval.high))
    places = _decimals(interval.estimate, interval)
    return f"[{_minus(f'{low:.{places}f}')}, {_minus(f'{high:.{places}f}')}]"


def factor(value: float) -> str:
    """A factor on a rate: ×0.74."""
    return f"×{value:.3g}" if value < 0.1 else f"×{value:.2f}"


def ratio(value: float) -> str:
    """A bare ratio with three significant digits."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def signed(value: float) -> str:
    """A logarithm or another small signed number, two decimals."""
    return ("+" if value > 0 else "") + _minus(f"{value:.2f}")


def ratio_bounds(interval: Interval) -> str:
    """``[low, high]`` of a ratio."""
    if interval.low is None or interval.high is None:
        return ""
    return f"[{ratio(max(0.0, interval.low))}, {ratio(interval.high)}]"


def percent(fraction: float, places: int | None = None) -> str:
    """A fraction as a percentage: 13.0 %."""
    value = 100 * fraction
    digits = places if places is not None else 1 if abs(value) < 100 else 0
    return _minus(f"{value:.{digits}f}") + NARROW + "%"


def seconds(value: float) -> str:
    """A duration: 4.83 s, 31.4 s, 3 min 48 s, 1 h 04 min."""
    if value < 10:
        return f"{value:.2f}{NARROW}s"
    if value < 120:
        return f"{value:.1f}{NARROW}s"
    if value < 7200:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes}{NARROW}min {rest:02d}{NARROW}s"
    hours, rest = divmod(round(value / 60), 60)
    return f"{hours}{NARROW}h {rest:02d}{NARROW}min"


def gibibytes(value: int) -> str:
    """Bytes as GiB."""
    return f"{value / 1024**3:.1f}{NARROW}GiB"


def scalar(value: Scalar) -> str:
    """A setting's value as its flag would spell it; None is left to the caller to word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return as_printed(value)
    return "" if value is None else str(value)


def unit(counts: Counts) -> str:
    """The unit of a rate; never a bare tokens/s."""
    return f"{counts}{NARROW}tok/s"


_NOTHING = 5e-5
"""What no decimal that is printed shows."""


def _decimals(value: float, like: Interval | None) -> int:
    """Two significant digits of the half-width; without an interval one decimal, more when small."""
    size = abs(value)
    if like is not None and like.low is not None and like.high is not None and like.high > like.low:
        size = (like.high - like.low) / 2 * 10
    if max(size, abs(value)) < _NOTHING:
        return 1
    return max(0, min(4, 2 - math.floor(math.log10(size)))) if size < 10 else 1


def _minus(text: str) -> str:
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)
