"""The ratio of the same quantity in two checks, which share no run and no noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from doctor.schema.measurement import spread
from doctor.schema.rates import Interval
from doctor.schema.run import Run
from doctor.statistics.fit import ArmFit, fit_arms
from doctor.statistics.intervals import interval_around, ratio_interval
from doctor.statistics.ratios import OWN_VARIANCE_FROM
from doctor.statistics.throughput import rates_of


def ratio_between(
    first: Sequence[Run], first_arm: str, second: Sequence[Run], second_arm: str
) -> Interval | None:
    """The output rate of ``second_arm`` over that of ``first_arm``, each from its own check.

    Welch's t (or the bootstrap) where both arms have enough engine starts of their own, else each
    check's noise pooled over its arms. Noise between the two occasions is in neither check, and so
    not in the interval. None where an arm has no valid run.
    """
    groups = [_groups(first, first_arm), _groups(second, second_arm)]
    if min(map(len, groups)) >= OWN_VARIANCE_FROM:
        return ratio_interval(groups[1], groups[0])
    return _combined(first, {first_arm: 1.0}, second, {second_arm: 1.0})


def relative_ratio_between(
    first: Sequence[Run], first_arms: tuple[str, str], second: Sequence[Run], second_arms: tuple[str, str]
) -> Interval | None:
    """The same, each arm taken over its own check's reference arm: what slows all arms alike cancels.

    ``first_arms`` and ``second_arms`` are (arm, reference arm).
    """
    one, other = ({arm: 1.0, base: -1.0} for arm, base in (first_arms, second_arms))
    return _combined(first, one, second, other)


def _combined(
    first: Sequence[Run], one: Mapping[str, float], second: Sequence[Run], other: Mapping[str, float]
) -> Interval | None:
    """exp(second's weighted log means - first's); the variances of the two add up (Welch 1947)."""
    fits = fit_arms(first, "output"), fit_arms(second, "output")
    parts = [_part(fit, weights) for fit, weights in zip(fits, (one, other), strict=True)]
    if parts[0] is None or parts[1] is None:
        return None
    (mean_1, error_1, dof_1), (mean_2, error_2, dof_2) = parts[0], parts[1]
    n = min(_count(first, one), _count(second, other))
    if error_1 == 0.0 or error_2 == 0.0:
        return Interval(estimate=math.exp(mean_2 - mean_1), n=n, method="no interval: noise unknown")
    variances = error_1**2, error_2**2
    dof = sum(variances) ** 2 / (variances[0] ** 2 / dof_1 + variances[1] ** 2 / dof_2)
    return interval_around(
        mean_2 - mean_1,
        math.sqrt(sum(variances)),
        dof,
        n=n,
        method=f"log ratio of two checks, each one's noise pooled over its arms; t ({dof:.1f} df)",
    )


def _part(fit: ArmFit | None, weights: Mapping[str, float]) -> tuple[float, float, float] | None:
    """The weighted sum of log means, its standard error (0: not known) and degrees of freedom."""
    if fit is None or not set(weights) <= set(fit.arms):
        return None
    gradient = [weights.get(arm, 0.0) for arm in fit.arms]
    mean = math.fsum(g * float(value) for g, value in zip(gradient, fit.means, strict=True))
    error, dof = spread(fit.noise, gradient) or (0.0, 1.0)
    return mean, error, dof


def _groups(runs: Sequence[Run], arm: str) -> list[list[float]]:
    """Output rates in tokens/s of one arm, one list for each engine start."""
    groups: dict[int, list[float]] = {}
    for run in runs:
        rates = rates_of(run) if run.arm == arm else None
        if rates is not None:
            groups.setdefault(run.engine_start, []).append(rates.output_tokens_per_s)
    return list(groups.values())


def _count(runs: Sequence[Run], weights: Mapping[str, float]) -> int:
    return min(sum(run.arm == arm and rates_of(run) is not None for run in runs) for arm in weights)
