"""Whether an arm's repeats agree: steady, warming, drifting, unsteady, or too few to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from doctor.schema.measurement import Stability

UNSTEADY_SPREAD = 0.10
"""Standard deviation over mean from which repeats are called unsteady, as pyperf warns."""
MOST_SPREAD = 0.50
"""Repeats that differ more than this are unsteady on any machine."""
TREND = 0.03
"""A trend over the repeats smaller than this is not worth a word, however significant."""
FIRST_RUN_LAG = 0.05
"""A first run this far below all the others, which agree, was a warm-up."""


class NoiseOfOthers(NamedTuple):
    """The spread of the other arms' repeats: standard deviation of log rates, and its degrees of freedom."""

    sd: float
    dof: int


def stability_of_repeats(
    rates: Sequence[float], others: Sequence[float] | None = None, noise: NoiseOfOthers | None = None
) -> tuple[Stability, str]:
    """Classify the rates (positive, tokens/s) of one arm in the order in which they were run.

    ``others`` are the geometric mean rates of all other arms in the same rounds, where they
    are known: a drift of the whole machine that all arms share is taken out, since it
    cancels between the arms. ``noise`` is how much the other arms' repeats spread: on a machine
    where every arm varies by 20 %, an arm that does so too is noisy, which its interval
    says, and not unsteady.
    """
    n = len(rates)
    if n == 0:
        return "unknown", "no valid run"
    if n == 1:
        return "unknown", "one run: repeats are needed to call an arm steady"
    values = np.log(np.asarray(rates, dtype=np.float64))
    if others is not None and len(others) == n:
        shared = np.log(np.asarray(others, dtype=np.float64))
        values = values - (shared - shared.mean())
    spread = float(values.std(ddof=1))
    words = f"{n} runs, spread {100 * math.expm1(spread):.1f} %"
    if n == 2:
        if spread > 2 * _tolerated(n, noise):
            return "unsteady", words
        return "unknown", f"{words}; two runs cannot show a trend"
    lag = float(values[1:].mean() - values[0])
    rest = float(np.ptp(values[1:]))
    if lag > FIRST_RUN_LAG and lag > 4 * max(rest, noise.sd if noise else 0.0, 0.005):
        return "warming", f"{words}; the first run is {100 * -math.expm1(-lag):.0f} % below the rest"
    trend = _trend(values)
    if trend is not None and spread > 1e-9:
        return (
            "warming" if trend > 0 else "drifting"
        ), f"{words}; {100 * math.expm1(trend):+.1f} % over the runs"
    if spread > _tolerated(n, noise):
        return "unsteady", words
    return "steady", words


def _tolerated(n: int, noise: NoiseOfOthers | None) -> float:
    """The spread of ``n`` repeats that the machine's own noise explains: an F test at 1 %."""
    if noise is None or noise.dof < 1:
        return UNSTEADY_SPREAD
    explained = noise.sd * math.sqrt(float(stats.f.ppf(0.99, n - 1, noise.dof)))
    return min(MOST_SPREAD, max(UNSTEADY_SPREAD, explained))


def _trend(values: np.ndarray) -> float | None:
    """The change from first to last repeat on a fitted line, where a t test at 1 % shows it.

    At 1 %, since every arm is tested: at 5 % one sound factorial of eight arms in three
    would have an arm called drifting.
    """
    n = len(values)
    if n < 4:  # three points leave one degree of freedom
        return None
    order = np.arange(n, dtype=np.float64)
    fit = stats.linregress(order, values)
    change = float(fit.slope) * (n - 1)
    return change if abs(change) > TREND and float(fit.pvalue) < 0.01 else None
