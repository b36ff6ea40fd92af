"""The noise floor of this machine."""

from __future__ import annotations

import math
from collections.abc import Sequence

from doctor.schema.measurement import NoiseFloor
from doctor.schema.run import Run
from doctor.statistics.fit import fit_arms


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
