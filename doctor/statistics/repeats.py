"""The repeats of each arm in the order in which they were run."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from doctor.schema.measurement import Stability
from doctor.schema.run import Run
from doctor.statistics.stability import NoiseOfOthers, stability_of_repeats
from doctor.statistics.throughput import log_rate


def stability_of_arms(runs: Sequence[Run]) -> dict[str, tuple[Stability, str]]:
    """Stability of every arm with a valid run; a drift that the other arms share is taken out."""
    rates = {
        arm: {run.repeat: rate for run in own if (rate := log_rate(run, "output")) is not None}
        for arm, own in _by_arm(runs).items()
    }
    return {
        arm: stability_of_repeats(
            [math.exp(own[repeat]) for repeat in own],
            _others(rates, arm, tuple(own)),
            _noise_of_others(rates, arm),
        )
        for arm, own in rates.items()
        if own
    }


def _noise_of_others(rates: dict[str, dict[int, float]], arm: str) -> NoiseOfOthers | None:
    """The repeats' variance within each of the other arms, pooled; None where none was repeated."""
    groups = [list(own.values()) for other, own in rates.items() if other != arm and len(own) > 1]
    dof = sum(len(group) - 1 for group in groups)
    if dof == 0:
        return None
    squares = math.fsum((value - math.fsum(group) / len(group)) ** 2 for group in groups for value in group)
    return NoiseOfOthers(sd=math.sqrt(squares / dof), dof=dof)


def _by_arm(runs: Sequence[Run]) -> dict[str, list[Run]]:
    groups: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.position):
        groups[run.arm].append(run)
    return groups


def _others(rates: dict[str, dict[int, float]], arm: str, repeats: Sequence[int]) -> list[float] | None:
    """Mean rates of the other arms that ran in all of ``repeats``; None for fewer than two of them."""
    complete = [own for other, own in rates.items() if other != arm and all(r in own for r in repeats)]
    if len(complete) < 2:
        return None
    return [math.exp(math.fsum(own[r] for own in complete) / len(complete)) for r in repeats]
