"""One arm's rate and its ratio to another's, by the estimator that the repeats allow."""

from __future__ import annotations

import math
from collections.abc import Sequence

from doctor.schema.measurement import spread
from doctor.schema.rates import Interval
from doctor.schema.run import Run
from doctor.statistics.fit import ArmFit, layout_of
from doctor.statistics.intervals import interval_around, mean_interval, paired_ratio_interval, ratio_interval
from doctor.statistics.throughput import log_rate, rates_of

OWN_VARIANCE_FROM = 4
"""Independent values from which an arm's own spread is used rather than the pooled one."""


def _groups(runs: Sequence[Run]) -> list[list[float]]:
    """Output rates in tokens/s, one list for each engine start."""
    groups: dict[int, list[float]] = {}
    for run in runs:
        rates = rates_of(run)
        if rates is not None:
            groups.setdefault(run.engine_start, []).append(rates.output_tokens_per_s)
    return list(groups.values())


def rate_of_arm(valid: Sequence[Run], arm: str, fit: ArmFit | None) -> Interval | None:
    """The arm's output rate; drift between rounds counts as noise here, since it is no comparison."""
    if not valid or fit is None:
        return None
    groups = _groups(valid)
    own = mean_interval(groups)
    if own is not None and len(groups) >= OWN_VARIANCE_FROM and own.low is not None:
        return own
    return _from_fit(fit, {arm: 1.0}, len(valid))


def ratio_of_arms(runs: Sequence[Run], arm: str, reference: str, fit: ArmFit | None) -> Interval | None:
    """The arm's output rate over the reference arm's.

    From four rounds on within rounds, where they follow each other and every run had its own
    engine start: that needs no assumption about drift or about equal noise. Independent
    samples of four starts and more: Welch or bootstrap. Fewer: noise pooled over all arms.
    """
    if fit is None or arm not in fit.arms or reference not in fit.arms:
        return None
    if arm == reference:
        return Interval(estimate=1.0, low=1.0, high=1.0, n=_count(runs, arm), method="by definition")
    pair = [run for run in runs if run.arm in (arm, reference) and rates_of(run) is not None]
    rounds = _log_ratios(pair, arm, reference)
    if len(rounds) >= OWN_VARIANCE_FROM and _rounds_are_independent(pair):
        return paired_ratio_interval(rounds)
    own = [_groups([run for run in pair if run.arm == name]) for name in (arm, reference)]
    if min(len(groups) for groups in own) >= OWN_VARIANCE_FROM:
        return ratio_interval(*own)
    return _from_fit(fit, {arm: 1.0, reference: -1.0}, min(_count(runs, arm), _count(runs, reference)))


def _from_fit(fit: ArmFit, weights: dict[str, float], n: int) -> Interval:
    gradient = [weights.get(arm, 0.0) for arm in fit.arms]
    estimate = math.fsum(g * float(mean) for g, mean in zip(gradient, fit.means, strict=True))
    error, dof = spread(fit.noise, gradient) or (0.0, 0.0)
    notes = " ".join((fit.method, *fit.notes))
    return interval_around(estimate, error, dof, n=n, method=notes)


def _log_ratios(pair: Sequence[Run], arm: str, reference: str) -> list[float]:
    """ln(arm/reference) in every round in which both ran once."""
    rates: dict[tuple[str, int], float] = {
        (run.arm, run.repeat): rate for run in pair if (rate := log_rate(run, "output")) is not None
    }
    rounds = sorted({run.repeat for run in pair})
    return [
        rates[arm, r] - rates[reference, r] for r in rounds if (arm, r) in rates and (reference, r) in rates
    ]


def _rounds_are_independent(pair: Sequence[Run]) -> bool:
    """Whether rounds follow each other and no engine start reaches from one round into another."""
    rounds_of: dict[int, set[int]] = {}
    for run in pair:
        rounds_of.setdefault(run.engine_start, set()).add(run.repeat)
    arms = sorted({run.arm for run in pair})
    return layout_of(pair, arms).interleaved and all(len(rounds) == 1 for rounds in rounds_of.values())


def _count(runs: Sequence[Run], arm: str) -> int:
    return sum(run.arm == arm and rates_of(run) is not None for run in runs)
