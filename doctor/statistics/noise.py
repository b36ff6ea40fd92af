"""The noise floor of this machine, and the repeats that a wanted precision needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from doctor.schema.run import Run
from doctor.statistics.fit import fit_arms


@dataclass(frozen=True)
class NoiseFloor:
    """Standard deviations of the log rate (0.01 is 1 %) at the two levels where noise arises.

    ``start_sd`` is None where no arm ran in two engine starts that could be told from its
    runs; ``run_sd`` then holds both kinds of noise as far as they showed.
    """

    run_sd: float
    start_sd: float | None
    dof: int

    @property
    def run_to_run_sd(self) -> float:
        """What two runs, each in a new engine start, differ by, per run."""
        return math.hypot(self.run_sd, self.start_sd or 0.0)


def noise_floor(runs: Sequence[Run]) -> NoiseFloor | None:
    """The noise between repeats of the same arm, pooled over the arms given.

    A pilot is the reference arm repeated. None where nothing was repeated, or where all
    repeats are identical: then the noise is not known, which is not the same as zero.
    """
    fit = fit_arms(runs, "output")
    if fit is None or not fit.noise:
        return None
    inside = fit.noise[0]
    if fit.noise[-1].level == "run":  # one term, or one for each unequally noisy arm
        dof = math.fsum(term.dof for term in fit.noise)
        variance = math.fsum(term.dof * term.variance for term in fit.noise) / dof
        return NoiseFloor(run_sd=math.sqrt(variance), start_sd=None, dof=int(dof))
    between = max(fit.noise[1].variance - inside.variance, 0.0) * fit.design.start_scale
    return NoiseFloor(
        run_sd=math.sqrt(inside.variance), start_sd=math.sqrt(between), dof=fit.design.dof_residual
    )


def half_width(noise: NoiseFloor, repeats: int, arms: int = 2) -> float:
    """Expected 95 % half-width of the log ratio of two arms, each run ``repeats`` times.

    Each repeat in a new engine start; the variance is pooled over ``arms`` arms. Infinite
    for fewer than two repeats.
    """
    dof = arms * (repeats - 1)
    if dof < 1:
        return math.inf
    return float(stdtrit(dof, 0.975)) * noise.run_to_run_sd * math.sqrt(2 / repeats)


def repeats_needed(noise: NoiseFloor, wanted: float, arms: int = 2, at_most: int = 50) -> int | None:
    """The fewest repeats of each arm whose expected half-width on the log ratio is ``wanted``.

    ``wanted`` 0.02 is ±2 %. None where even ``at_most`` repeats do not reach it.
    """
    if wanted <= 0:
        return None
    return next((n for n in range(2, at_most + 1) if half_width(noise, n, arms) <= wanted), None)
