"""Output rate over requests in flight: predicted, measured, and the levels to hold both against."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from doctor.reporting.views.scale import Scale, round_up
from doctor.schema.plan import Basis
from doctor.schema.prediction import CurvePoint
from doctor.schema.rates import Interval

_Place = Callable[[float], float]

_ALL_AT_ONCE = 94.5
"""Where on the axis stands what hands all its requests over at once, in percent."""
_APART = 2.4
_LAST = 84.0
"""Where the largest concurrency stands, where the place above is taken."""


@dataclass(frozen=True)
class Mark:
    """One rate at one concurrency; ``concurrency`` is None where all requests are handed over at once."""

    title: str
    basis: Basis | None
    """None: the observed figure, as it was given."""
    concurrency: int | None
    output: Interval
    is_yours: bool = False
    x: float = 0.0
    y: float = 0.0
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True)
class Level:
    """A rate without a concurrency: the published figure, the observed one."""

    kind: Literal["published", "observed"]
    output: float
    y: float = 0.0
    is_upper: bool = True
    """Its label stands above its line; the other's below, so that they never meet."""


@dataclass(frozen=True)
class CurveChart:
    """Everything with its place, in percent of the plot from its top left corner."""

    points: tuple[CurvePoint, ...]
    marks: tuple[Mark, ...]
    levels: tuple[Level, ...]
    places: tuple[tuple[float, float], ...]
    """Of the predicted points."""
    band: str
    """The predicted points' intervals as an outline; empty where there are none."""
    knee: int | None
    knee_x: float | None
    x_ticks: tuple[tuple[int, float], ...]
    y_ticks: tuple[tuple[float, float], ...]
    all_at_once: float | None
    """The place for what hands everything over at once; None where there is nothing such."""

    @property
    def bases(self) -> tuple[Basis, ...]:
        """What its marks stand on, beside predictions."""
        found = {mark.basis for mark in self.marks}
        order: tuple[Basis, ...] = ("measured", "replica", "computed")
        return tuple(basis for basis in order if basis in found)

    @property
    def has_observed(self) -> bool:
        """Whether the observed figure has a mark."""
        return any(mark.basis is None for mark in self.marks)

    @property
    def has_yours(self) -> bool:
        """Whether a mark is the user's."""
        return any(mark.is_yours for mark in self.marks)

    @property
    def line(self) -> str:
        """The predicted curve as a path in percent."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.places)


def curve_chart(
    points: Sequence[CurvePoint], marks: Sequence[Mark], levels: Sequence[Level], knee: int | None
) -> CurveChart | None:
    """Everything placed; None where fewer than two concurrencies are known."""
    known = sorted({p.concurrency for p in points} | {m.concurrency for m in marks if m.concurrency})
    at_once = any(mark.concurrency is None for mark in marks)
    if len(known) + at_once < 2 or not known:
        return None
    across = Scale(float(known[0]), float(max(known[-1], known[0] * 2)), logarithmic=True)
    width = _LAST if at_once else 97.0
    top = round_up(1.04 * max(_reached(points, marks, levels)))
    up = Scale(0.0, top)

    def x_of(concurrency: int | None) -> float:
        if concurrency is None:
            return _ALL_AT_ONCE
        return round(3 + across.at(float(concurrency)) * (width - 3) / 100, 2)

    def y_of(output: float) -> float:
        return round(100 - up.at(output), 2)

    return CurveChart(
        points=tuple(points),
        marks=tuple(
            _placed(mark, x_of(mark.concurrency) + beside, y_of)
            for mark, beside in zip(marks, _beside(marks), strict=True)
        ),
        levels=_levels(levels, y_of),
        places=tuple((x_of(p.concurrency), y_of(p.output_tokens_per_s.estimate)) for p in points),
        band=_band(points, x_of, y_of),
        knee=knee,
        knee_x=x_of(knee) if knee is not None and points else None,
        x_ticks=tuple((tick, x_of(tick)) for tick in _powers(known[0], known[-1])),
        y_ticks=tuple((top * part / 4, y_of(top * part / 4)) for part in range(5)),
        all_at_once=_ALL_AT_ONCE if at_once else None,
    )


def _reached(points: Sequence[CurvePoint], marks: Sequence[Mark], levels: Sequence[Level]) -> list[float]:
    return [
        *(point.output_tokens_per_s.high or point.output_tokens_per_s.estimate for point in points),
        *(mark.output.high or mark.output.estimate for mark in marks),
        *(level.output for level in levels),
    ]


def _band(points: Sequence[CurvePoint], x_of: Callable[[int], float], y_of: _Place) -> str:
    ends = [(p.concurrency, p.output_tokens_per_s.low, p.output_tokens_per_s.high) for p in points]
    upper = [(x_of(at), y_of(high)) for at, low, high in ends if low is not None and high is not None]
    lower = [(x_of(at), y_of(low)) for at, low, high in ends if low is not None and high is not None]
    return " ".join(f"{x:g},{y:g}" for x, y in (*upper, *reversed(lower)))


def _placed(mark: Mark, x: float, y_of: _Place) -> Mark:
    low, high = mark.output.low, mark.output.high
    whisker = (y_of(high), y_of(max(0.0, low))) if low is not None and high is not None else None
    return replace(mark, x=x, y=y_of(mark.output.estimate), whisker=whisker)


def _beside(marks: Sequence[Mark]) -> list[float]:
    """How far marks of one concurrency stand beside its place, in percent: none hides another."""
    together = Counter(mark.concurrency for mark in marks)
    seen: Counter[int | None] = Counter()
    offsets = []
    for mark in marks:
        offsets.append(_APART * (seen[mark.concurrency] - (together[mark.concurrency] - 1) / 2))
        seen[mark.concurrency] += 1
    return offsets


def _levels(levels: Sequence[Level], y_of: _Place) -> tuple[Level, ...]:
    highest = max((level.output for level in levels), default=0.0)
    return tuple(replace(level, y=y_of(level.output), is_upper=level.output == highest) for level in levels)


def _powers(low: int, high: int) -> list[int]:
    """Powers of two inside the axis, at most eight or so."""
    first, last = math.ceil(math.log2(low)), math.floor(math.log2(high))
    every = 1 + (last - first) // 9
    return [2**power for power in range(first, last + 1, every)]


def reached_at(points: Sequence[CurvePoint], output: float) -> int | None:
    """The concurrency at which the predicted curve first reaches a rate, between its points on a log axis."""
    for before, after in pairwise(points):
        low, high = before.output_tokens_per_s.estimate, after.output_tokens_per_s.estimate
        if low <= output <= high and high > low:
            share = (output - low) / (high - low)
            return round(
                before.concurrency * math.exp(share * math.log(after.concurrency / before.concurrency))
            )
    return None
