"""Whether one run was steady on its plateau: change points and slope of its token series.

A run of fixed lengths is never flat: every wave begins with prefills, and decoding slows as
contexts grow. So only large changes count, and a label here describes a shape. Whether an
arm can be trusted is decided by whether its repeats agree (``stability``).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import stats

from doctor.schema.measurement import Stability
from doctor.statistics.design import Floats

MIN_SEGMENT = 4
"""Fewest intervals on either side of a change point."""
STEP = 0.10
"""A change of level or a slope over the plateau smaller than this is called flat."""
ROUGH = 0.35
"""Spread of the intervals' rates, over their mean, from which a run is called unsteady."""
MAX_BINS = 60


def interval_rates(times: Floats, tokens: Floats, start: float, end: float) -> tuple[Floats, Floats]:
    """Middles (s) and output tok/s of at most ``MAX_BINS`` even intervals between two moments."""
    inside = times[(times >= start) & (times <= end)]
    bins = min(MAX_BINS, len(inside) - 1)
    if bins < 1:
        return np.empty(0), np.empty(0)
    edges = np.linspace(inside[0], inside[-1], bins + 1)
    rates = np.diff(np.interp(edges, times, tokens)) / np.diff(edges)
    return (edges[:-1] + edges[1:]) / 2, rates


def change_points(values: Floats, offset: int = 0) -> list[int]:
    """Indices at which the level changes, by binary segmentation (Scott & Knott 1974).

    A split must pay for itself against a penalty of 3 ln n (one location and one level)
    at the noise of neighbouring differences, which a step does not inflate.
    """
    n = len(values)
    if n < 2 * MIN_SEGMENT:
        return []
    # Neighbours may be correlated, which differences hide: the residuals' own variance is a floor.
    noise = float(np.var(np.diff(values), ddof=1)) / 2
    sums, total = np.cumsum(values), float(values.sum())
    sizes = np.arange(1, n)
    gain = (sums[:-1] / sizes - (total - sums[:-1]) / (n - sizes)) ** 2 * sizes * (n - sizes) / n
    allowed = gain[MIN_SEGMENT - 1 : n - MIN_SEGMENT]
    best = int(np.argmax(allowed)) + MIN_SEGMENT
    left, right = values[:best], values[best:]
    residual = float((np.sum((left - left.mean()) ** 2) + np.sum((right - right.mean()) ** 2)) / (n - 2))
    worth = float(gain[best - 1]) > 3 * np.log(n) * max(noise, residual)
    if not worth or abs(right.mean() - left.mean()) < STEP * abs(values.mean()):
        return []
    return [*change_points(left, offset), offset + best, *change_points(right, offset + best)]


def slope_over(times: Floats, rates: Floats) -> tuple[float, float]:
    """Relative change over the series on a fitted line, and its p-value.

    The number of independent points is reduced by the residuals' first autocorrelation
    (Bayley & Hammersley 1946): rates of neighbouring intervals are not independent.
    """
    n, mean = len(rates), float(rates.mean())
    if n < MIN_SEGMENT or mean <= 0 or float(np.ptp(rates)) <= 1e-9 * mean:
        return 0.0, 1.0
    fit = stats.linregress(times, rates)
    left = rates - (fit.intercept + fit.slope * times)
    squares = float(left @ left)
    change = float(fit.slope) * float(np.ptp(times)) / mean
    if squares <= 1e-18 * mean**2 * n:
        return change, 0.0
    lag = min(0.95, max(0.0, float(left[:-1] @ left[1:]) / squares))
    effective = n * (1 - lag) / (1 + lag)
    if effective <= 3:
        return change, 1.0
    error = float(fit.stderr) * np.sqrt((n - 2) / (effective - 2))
    return change, float(2 * stats.t.sf(abs(float(fit.slope)) / error, effective - 2))


def steadiness(series: tuple[Floats, Floats], start: float, end: float) -> tuple[Stability, str]:
    """Classify one run's plateau from its times (s) and output tokens so far, with words why."""
    times, rates = interval_rates(*series, start, end)
    if len(rates) < 2 * MIN_SEGMENT:
        return "unknown", f"{len(rates)} intervals on the plateau: too few to judge"
    mean = float(rates.mean())
    if mean <= 0:
        return "unknown", "no output tokens on the plateau"
    steps = change_points(rates)
    levels = [float(part.mean()) for part in np.split(rates, steps)]
    flat = np.concatenate([part - part.mean() for part in np.split(rates, steps)])
    roughness = float(flat.std(ddof=1)) / mean
    if roughness > ROUGH:
        return "unsteady", f"rates of the {len(rates)} intervals spread by {100 * roughness:.0f} %"
    if steps:
        return _from_levels(levels, [float(times[step]) for step in steps], end)
    change, p_value = slope_over(times, rates)
    if p_value < 0.01 and abs(change) > STEP:
        return ("warming" if change > 0 else "drifting"), f"slope of {100 * change:+.0f} % over the plateau"
    return "steady", f"no change of level and no slope above {100 * STEP:.0f} % over {len(rates)} intervals"


def _from_levels(levels: list[float], moments: list[float], end: float) -> tuple[Stability, str]:
    rises = [after > before for before, after in pairwise(levels)]
    path = " → ".join(f"{level:.0f}" for level in levels)
    where = ", ".join(f"{moment:.1f} s" for moment in moments)
    words = f"level changes at {where}: {path} output tok/s"
    if all(rises):
        return "warming", words
    if not any(rises):
        return "drifting", words
    return "unsteady", words
