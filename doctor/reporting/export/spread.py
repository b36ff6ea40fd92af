"""Mean, spread and percentiles of raw values, under the names of the Benchmark Report."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

_PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_PERCENTILES_FROM = 20
"""Values from which percentiles are given: of fewer, most of them would be the extremes."""


def spread(values: Sequence[float], units: str) -> dict[str, float | str]:
    """The statistics of at least one value, in ``units``."""
    found: dict[str, float | str] = {"units": units, "mean": statistics.fmean(values)}
    if len(values) > 1:
        found["stddev"] = statistics.stdev(values)
    ordered = sorted(values)
    found["min"] = ordered[0]
    if len(values) >= _PERCENTILES_FROM:
        found |= {f"p{share}": _percentile(ordered, share) for share in _PERCENTILES}
    found["max"] = ordered[-1]
    return found


def _percentile(ordered: Sequence[float], share: int) -> float:
    """Between the two nearest values, as numpy's default does."""
    place = (len(ordered) - 1) * share / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
