"""Intervals on means and ratios of rates. All on logarithms: rates are positive and causes multiply.

Nothing here raises on degenerate input. One value, no spread at all, nothing, zero or a
negative rate give an interval without ends, and so never a difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats
from scipy.special import stdtrit

from doctor.schema.rates import Interval

BOOTSTRAP_FROM = 10
"""Independent units per arm from which the bootstrap is used: of three points it is unreliable,
and below ten the t interval covers better (docs/method.md)."""
RESAMPLES = 4999
SEED = 20230531

Groups = Sequence[Sequence[float]]
"""Rates in tokens/s (or any positive unit) of one arm: one inner sequence per engine start."""


def interval_around(estimate: float, standard_error: float, dof: float, *, n: int, method: str) -> Interval:
    """A 95 % t interval of a ratio or rate from its logarithm and that logarithm's standard error."""
    if not (standard_error > 0 and dof > 0):
        return Interval(estimate=math.exp(estimate), n=n, method=f"no interval: {method}")
    reach = float(stdtrit(dof, 0.975)) * standard_error
    if estimate + reach > 700:  # past what a float holds: one degree of freedom can do that
        return Interval(estimate=math.exp(estimate), n=n, method=f"no interval, noise too large: {method}")
    return Interval(
        estimate=math.exp(estimate),
        low=math.exp(estimate - reach),
        high=math.exp(estimate + reach),
        n=n,
        method=method,
    )


def _unit_means(groups: Groups) -> list[float]:
    """Log means per engine start; with a single start, its runs stand for themselves."""
    filled = [group for group in groups if group]
    if any(not (value > 0 and math.isfinite(value)) for group in filled for value in group):
        return []
    if len(filled) == 1:
        return [math.log(value) for value in filled[0]]
    return [math.fsum(math.log(value) for value in group) / len(group) for group in filled]


def _variance(values: Sequence[float]) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0


def mean_interval(groups: Groups) -> Interval | None:
    """The geometric mean of one arm's rates; engine starts are the units where there are several.

    None where there is no positive rate to take a mean of.
    """
    units = _unit_means(groups)
    if not units:
        return None
    error = math.sqrt(_variance(units) / len(units))
    if error**2 < 1e-24:
        error = 0.0
    return interval_around(float(np.mean(units)), error, len(units) - 1, n=len(units), method="log mean, t")


def ratio_interval(numerator: Groups, denominator: Groups) -> Interval | None:
    """The ratio of two arms' geometric means, from independent samples.

    Welch's t on the logarithms (Welch 1947) while either has fewer than ``BOOTSTRAP_FROM``
    units; a bootstrap beyond. The unit is the engine start where an arm has several, so that
    runs that share a start's noise are not counted as independent (Kalibera & Jones 2013).
    None where either has no positive rate.
    """
    above, below = _unit_means(numerator), _unit_means(denominator)
    if not above or not below:
        return None
    estimate = float(np.mean(above) - np.mean(below))
    n = min(len(above), len(below))
    parts = [_variance(units) / len(units) for units in (above, below)]
    variance = sum(parts)
    if n < 2 or variance < 1e-24:
        return Interval(estimate=math.exp(estimate), n=n, method="no interval: no spread known")
    if n >= BOOTSTRAP_FROM:
        return _bootstrap((np.asarray(above), np.asarray(below)), paired=False)
    dof = variance**2 / sum(
        part**2 / (len(units) - 1) for part, units in zip(parts, (above, below), strict=True)
    )
    return interval_around(
        estimate, math.sqrt(variance), dof, n=n, method=f"log ratio, Welch t ({dof:.1f} df)"
    )


def paired_ratio_interval(log_ratios: Sequence[float]) -> Interval | None:
    """The ratio of two arms from its logarithm in each round; drift between rounds cancels.

    A t interval below ``BOOTSTRAP_FROM`` rounds, a bootstrap beyond. None for no rounds.
    """
    if not log_ratios:
        return None
    n, estimate, variance = len(log_ratios), float(np.mean(log_ratios)), _variance(log_ratios)
    if n < 2 or variance < 1e-24:
        return Interval(estimate=math.exp(estimate), n=n, method="no interval: no spread known")
    if n >= BOOTSTRAP_FROM:
        return _bootstrap((np.asarray(log_ratios),), paired=True)
    return interval_around(
        estimate, math.sqrt(variance / n), n - 1, n=n, method=f"log ratio within rounds, t ({n - 1} df)"
    )


def _bootstrap(samples: tuple[np.ndarray, ...], *, paired: bool) -> Interval:
    """Percentile bootstrap over the highest level; runs stay with their engine start.

    Resampling below the highest level as well would count the lower level's noise twice
    (Ren et al. 2010). The level is widened for few units as Hesterberg (2015) advises, since
    the plain percentile interval is too narrow by sqrt((n-1)/n) and by t over normal.
    """
    n = min(len(sample) for sample in samples)
    tail = float(stats.norm.cdf(stdtrit(n - 1, 0.025) * math.sqrt(n / (n - 1))))

    def log_ratio(*drawn: np.ndarray, axis: int = -1) -> np.ndarray:
        means = [np.mean(part, axis=axis) for part in drawn]
        return np.asarray(means[0] - means[1] if len(means) == 2 else means[0])

    found = stats.bootstrap(
        samples,
        log_ratio,
        n_resamples=RESAMPLES,
        confidence_level=1 - 2 * tail,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    what = "rounds" if paired else "engine starts"
    return Interval(
        estimate=math.exp(float(log_ratio(*samples))),
        low=math.exp(float(found.low)),
        high=math.exp(float(found.high)),
        n=n,
        method=f"log ratio, bootstrap over {what} ({RESAMPLES} resamples)",
    )
