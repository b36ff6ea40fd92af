"""Which run stood where: arms, rounds and engine starts, and what they let us estimate.

The model of one run's log rate is ``arm + round + engine start + run``. Arms and rounds
are fixed (a round's drift is removed, not averaged), engine starts and runs are noise.
The two variances are estimated by Henderson's method 3 (Henderson 1953; Searle, Casella &
McCulloch 1992, chapter 5): sums of squares of nested least-squares fits. Both come from
all arms together: a cell that was run once borrows the noise of the cells run oftener.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_DOF_WITH_ROUNDS = 3
"""Fewer degrees of freedom than this, and removing rounds costs more than the drift it removes."""


@dataclass(frozen=True)
class Layout:
    """One entry per run: indices of its arm, its round and its engine start."""

    arms: tuple[int, ...]
    rounds: tuple[int, ...]
    starts: tuple[int, ...]
    interleaved: bool
    """Whether the rounds follow each other in time; if not, a round is not a time."""


@dataclass(frozen=True, eq=False)
class Design:
    """What a layout fixes before any rate is known. N runs, A arms."""

    to_means: Floats
    """(A, N): log rates of runs → log means of arms, at the average round."""
    residual: Floats
    """(N, N) projection: what arms and rounds leave."""
    within: Floats
    """(N, N) projection: what engine starts leave as well."""
    run_weights: Floats
    """(A, A) covariance of the means per unit of run variance."""
    start_weights: Floats
    """(A, A) covariance of the means per unit of engine-start variance."""
    dof_residual: int
    dof_within: int
    start_scale: float
    """Degrees of freedom of the starts over their expected sum of squares per unit variance."""
    removes_rounds: bool

    @property
    def dof_starts(self) -> int:
        """Degrees of freedom that tell the engine-start variance."""
        return self.dof_residual - self.dof_within

    @property
    def separates_starts(self) -> bool:
        """Whether run noise and engine-start noise can be told apart."""
        return self.dof_starts > 0 and self.dof_within > 0 and self.start_scale > 0

    @property
    def misses_starts(self) -> bool:
        """Whether arms differ by engine starts whose noise nothing here can show."""
        arms = len(self.start_weights)
        centre = np.eye(arms) - 1.0 / arms
        return self.dof_starts == 0 and bool(np.abs(centre @ self.start_weights @ centre).max() > 1e-9)


def _columns(indices: tuple[int, ...]) -> Floats:
    values = np.asarray(indices)
    columns: Floats = (values[:, None] == np.unique(values)[None, :]).astype(np.float64)
    return columns


def _centred_rounds(rounds: tuple[int, ...]) -> Floats:
    """Sum-to-zero columns, so that an arm's coefficient is its mean at the average round."""
    columns = _columns(rounds)
    centred: Floats = columns[:, :-1] - columns[:, -1:]
    return centred


def _projection(columns: Floats) -> tuple[Floats, int]:
    """What ``columns`` leave, and their rank."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = left[:, sizes > 1e-9 * sizes[0]]
    return np.eye(len(columns)) - basis @ basis.T, basis.shape[1]


@lru_cache(maxsize=256)
def design_of(layout: Layout, remove_rounds: bool = True) -> Design:
    """The design of a layout with at least one run.

    Rounds are removed where they follow each other in time, where the runs tie every arm
    to every other through shared rounds, and where enough degrees of freedom remain.
    """
    arms, starts = _columns(layout.arms), _columns(layout.starts)
    fixed, removes = arms, False
    if remove_rounds and layout.interleaved and len(set(layout.rounds)) > 1:
        with_rounds = np.hstack([arms, _centred_rounds(layout.rounds)])
        _, rank = _projection(with_rounds)
        removes = rank == with_rounds.shape[1] and len(arms) - rank >= MIN_DOF_WITH_ROUNDS
        fixed = with_rounds if removes else arms
    to_means: Floats = np.linalg.pinv(fixed)[: arms.shape[1]].astype(np.float64)
    residual, rank_fixed = _projection(fixed)
    within, rank_all = _projection(np.hstack([fixed, starts]))
    dof_residual, dof_within = len(arms) - rank_fixed, len(arms) - rank_all
    expected = float(np.trace(starts.T @ residual @ starts))
    return Design(
        to_means=to_means,
        residual=residual,
        within=within,
        run_weights=to_means @ to_means.T,
        start_weights=to_means @ starts @ starts.T @ to_means.T,
        dof_residual=dof_residual,
        dof_within=dof_within,
        start_scale=(dof_residual - dof_within) / expected if expected > 1e-9 else 0.0,
        removes_rounds=removes,
    )
