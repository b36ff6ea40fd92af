"""Arms that are not equally noisy: when the pooled variance must be given up.

Low concurrency or speculative decoding can make one arm ten times noisier than another. A
pooled variance would then call the noisy arm's fix far more certain than it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from doctor.schema.measurement import NoiseTerm
from doctor.statistics.design import Design, Floats, Layout

Indices = NDArray[np.intp]

LEVEL = 0.01
"""Bartlett's test at this level. Taking out medians makes arms look less alike than they are, so
that about one table in twenty of equally noisy arms is switched; that costs width, not coverage."""
MEDIAN_FROM = 4
"""Of fewer arms the median is one arm's own value, which would then look free of noise."""


def bartlett_p(groups: list[Floats]) -> float:
    """The p-value of Bartlett's (1937) test that all groups of two or more have one variance."""
    used = [group for group in groups if len(group) > 1]
    dof = np.array([len(group) - 1 for group in used], dtype=np.float64)
    squares = np.array([np.sum((group - group.mean()) ** 2) for group in used])
    if len(used) < 2 or np.any(squares <= 0):
        return 1.0
    total = dof.sum()
    spread = total * np.log(squares.sum() / total) - np.sum(dof * np.log(squares / dof))
    correction = 1 + (np.sum(1 / dof) - 1 / total) / (3 * (len(used) - 1))
    return float(chdtrc(len(used) - 1, spread / correction))


def without_rounds(layout: Layout, members: list[Indices], log_rates: Floats) -> Floats:
    """What is left of each run once its arm's mean and its round's drift are taken out.

    The drift is the median over four arms and more: a mean would spread a noisy arm's noise over the
    quiet ones, and so hide the very difference that is looked for.
    """
    left: Floats = log_rates.copy()
    for rows in members:
        left[rows] -= left[rows].mean()
    rounds = np.asarray(layout.rounds)
    repeated = np.zeros(len(left), dtype=bool)
    for rows in members:
        repeated[rows] = len(rows) > 1
    for number in np.unique(rounds):
        same = rounds == number
        present = left[same & repeated]
        if len(present):
            left[same] -= np.median(present) if len(present) >= MEDIAN_FROM else present.mean()
    return left


def own_variances(design: Design, layout: Layout, log_rates: Floats) -> tuple[NoiseTerm, ...] | None:
    """A noise term for each arm, where the arms' variances were shown to differ; None otherwise.

    The test is made on what rounds leave; the variances themselves are the arms' own, with
    any drift in them, which errs to the wide side. Arms run once take the largest variance.
    """
    members = [np.flatnonzero(np.asarray(layout.arms) == arm) for arm in range(len(design.to_means))]
    left = without_rounds(layout, members, log_rates) if design.removes_rounds else log_rates
    if bartlett_p([left[rows] for rows in members]) >= LEVEL:
        return None
    spreads = [float(np.var(log_rates[rows], ddof=1)) if len(rows) > 1 else 0.0 for rows in members]
    worst = int(np.argmax(spreads))
    weights = [design.to_means[:, rows] @ design.to_means[:, rows].T for rows in members]
    for arm, rows in enumerate(members):
        if len(rows) == 1:
            weights[worst] = weights[worst] + weights[arm]
    return tuple(
        NoiseTerm(
            level="run",
            variance=spreads[arm],
            dof=len(rows) - 1,
            weights=tuple(map(tuple, weights[arm].tolist())),
        )
        for arm, rows in enumerate(members)
        if len(rows) > 1
    )
