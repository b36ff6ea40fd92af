"""Seconds of the routed experts of one layer: expected coverage, and measured grouped GEMMs.

A batch touches only some experts, whose weights are read once; every touched expert computes in
tiles of 16 rows. Measured times are kept as ratios to this bound, as for plain GEMMs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doctor.performance.architecture import Experts, mlp
from doctor.performance.costs import costs
from doctor.performance.kernel_tables import ExpertCurve
from doctor.performance.roofline import Floats, Peak


def expected_coverage(experts: Experts, tokens: Floats) -> Floats:
    """Expected number of experts that a batch touches, tokens routed evenly: E·(1 − (1 − k/E)^N)."""
    missed = (1.0 - experts.per_token / experts.count) ** tokens
    return np.asarray(experts.count * (1.0 - missed))


def experts_s(experts: Experts, hidden: int, tokens: Floats, weight_bytes: float, peak: Peak) -> Floats:
    """The bound of one layer's experts at ``peak``, for tokens that choose them at random."""
    return _bound(experts, hidden, tokens, expected_coverage(experts, tokens), weight_bytes, peak)


class ExpertRatio:
    """Measured over bound by rows per expert, from the nearest measured shape.

    The shapes were measured with every expert given the same number of tokens ("balanced"), or,
    on older tables, with tokens drawn from a power law.
    """

    def __init__(
        self,
        curves: Sequence[ExpertCurve],
        experts: Experts,
        hidden: int,
        peak: Peak,
        weight_bytes: float,
    ) -> None:
        def distance(c: ExpertCurve) -> float:
            return float(
                np.log(c.hidden / hidden) ** 2
                + np.log(c.intermediate / experts.intermediate_size) ** 2
                + 0.25 * np.log(c.experts / experts.count) ** 2
            )

        c = min(curves, key=distance)
        there = Experts(c.experts, c.per_token, c.intermediate, 0, shared_gate=False)
        tokens = np.asarray(c.tokens, dtype=np.float64)
        chosen = tokens * c.per_token
        covered = np.minimum(chosen, c.experts) if c.balanced else expected_coverage(there, tokens)
        bound = _bound(there, c.hidden, tokens, covered, weight_bytes, peak)
        self._log_rows = np.log(chosen / c.experts)
        self._ratio = np.asarray(c.us) * 1e-6 / bound

    def __call__(self, experts: Experts, tokens: Floats) -> Floats:
        """The ratio for these batches; constant outside what was measured."""
        rows = np.maximum(tokens, 1.0) * experts.per_token / experts.count
        return np.asarray(np.interp(np.log(rows), self._log_rows, self._ratio))


def _bound(
    experts: Experts, hidden: int, tokens: Floats, covered: Floats, weight_bytes: float, peak: Peak
) -> Floats:
    c = costs()
    one = sum(m.weights for m in mlp(hidden, experts.intermediate_size))
    rows = np.maximum(tokens * experts.per_token, covered * c.expert_tile)
    memory = covered * one * weight_bytes / peak.bandwidth
    compute = 2.0 * rows * one / peak.flops
    return np.asarray(c.expert_launch_s + np.hypot(memory, compute))
