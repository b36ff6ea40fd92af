"""From a value to a place on an axis, in percent of its width."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear or logarithmic axis from ``low`` to ``high``."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The place of a value in percent, held inside the axis."""
        low, high, here = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, here = math.log(low), math.log(high), math.log(here)
        return round(100 * (here - low) / (high - low), 3)


def ratio_scale(values: list[float]) -> tuple[Scale, tuple[float, ...]]:
    """A logarithmic axis around 1 that holds all the ratios, and its ticks."""
    positive = [v for v in values if v > 0] or [1.0]
    low, high = min(*positive, 1.0, 1.0), max(*positive, 1.0, 1.0)
    if high / low < 1.05:
        low, high = low / 1.05, high * 1.05
    pad = (high / low) ** 0.04
    low, high = low / pad, high * pad
    candidates = _decade_ticks(low, high) if high / low > 3 else _even_ticks(low, high)
    return Scale(low, high, logarithmic=True), tuple(t for t in candidates if low <= t <= high)


def _decade_ticks(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [float(f"{m}e{e}") for e in range(first, last + 1) for m in (1, 2, 5)]


def _even_ticks(low: float, high: float) -> list[float]:
    """Multiples of a round step, counted from 1 so that 1 is always among them."""
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / s <= 7)
    first, last = math.ceil((low - 1) / step), math.floor((high - 1) / step)
    return [round(1 + i * step, 4) for i in range(first, last + 1)]


def round_up(value: float) -> float:
    """The next round number above: the top of an axis."""
    if value <= 0:
        return 1.0
    size = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 1.0
    return next(step * size for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * size >= value)
