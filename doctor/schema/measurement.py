"""What the runs of one arm come to, beside the raw values they came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from doctor.schema.plan import Basis
from doctor.schema.rates import Counts, Interval, Rates
from doctor.schema.record import Record

Stability = Literal["steady", "warming", "drifting", "unsteady", "unknown"]


class Phases(Record):
    """How one run spent its time: ramp up, plateau, tail. Seconds and shares of the wall time."""

    ramp_s: float
    plateau_s: float
    tail_s: float
    plateau_output_tokens_per_s: float | None = None
    ramp_and_tail_fraction: float
    steadiness: Stability = "unknown"
    """Within this one run, on the plateau: a shape that repeats itself is not instability."""
    steadiness_why: str = ""


class ArmMeasurement(Record):
    """One arm: its rates with intervals, over the valid runs."""

    arm: str
    basis: Basis
    runs_ok: int
    runs_invalid: int
    runs_failed: int
    rates: Rates | None = None
    """Means over the valid runs; None where there is none."""
    output_tokens_per_s: Interval | None = None
    ratio_to_reference: Interval | None = None
    """This arm's rate over the reference arm's, in requests/s × the arm's own token counts."""
    stability: Stability = "unknown"
    stability_why: str = ""
    phases: Phases | None = None
    preemptions: int | None = None
    peak_running: int | None = None
    peak_kv_cache_usage: float | None = None
    reason: str = ""
    """Why there is no rate, where there is none."""


class NoiseFloor(Record):
    """Standard deviations of the log rate (0.01 is 1 %) at the two levels where noise arises.

    ``start_sd`` is None where no arm ran in two engine starts that could be told from its
    runs; ``run_sd`` then holds both kinds of noise as far as they showed.
    """

    run_sd: float
    start_sd: float | None = None
    dof: int

    @property
    def run_to_run_sd(self) -> float:
        """What two runs, each in a new engine start, differ by, per run."""
        return math.hypot(self.run_sd, self.start_sd or 0.0)


class NoiseTerm(Record):
    """One source of noise in the log rates of a table's cells.

    The covariance of the cells' log rates is the sum over terms of ``variance`` times
    ``weights``. ``variance`` is a mean square with ``dof`` degrees of freedom; the terms'
    mean squares are independent. ``weights`` is square, in the order of the table's cells.
    """

    level: Literal["run", "engine start", "prediction"]
    variance: float
    dof: float
    weights: tuple[tuple[float, ...], ...]

    def along(self, gradient: Sequence[float]) -> float:
        """The variance that this term gives to the sum of ``gradient`` times the log rates."""
        used = [(i, g) for i, g in enumerate(gradient) if g != 0.0]
        return self.variance * math.fsum(self.weights[i][j] * g * h for i, g in used for j, h in used)


def spread(noise: Sequence[NoiseTerm], gradient: Sequence[float]) -> tuple[float, float] | None:
    """Standard error and degrees of freedom of a linear function of log rates.

    ``gradient`` has one entry for each cell, in the order of the terms' weights. Degrees of
    freedom after Satterthwaite (1946). None where no variance can be computed or it is zero.
    """
    parts = [(term.along(gradient), term.dof) for term in noise]
    variance = math.fsum(part for part, _ in parts)
    if variance <= 0.0:  # unbalanced starts can give a negative estimate: keep the positive parts
        parts = [(part, dof) for part, dof in parts if part > 0.0]
        variance = math.fsum(part for part, _ in parts)
    if variance <= 0.0:
        return None
    return math.sqrt(variance), variance**2 / math.fsum(part**2 / dof for part, dof in parts)


class CellRate(Record):
    """One cell of the factorial: the factors at the user's value and the rate there.

    ``log_rate`` is the natural logarithm of output or total tokens/s, as the table counts.
    """

    factors: frozenset[str]
    arm: str
    log_rate: float
    n: int = 0
    """Valid runs it rests on; 0: predicted."""
    stability: Stability = "unknown"
    stability_why: str = ""
    output_tokens_per_request: float | None = None
    prompt_tokens_per_request: float | None = None


class CellTable(Record):
    """The cells of a factorial with the noise they share: what an attribution rests on."""

    basis: Basis
    counts: Counts
    cells: tuple[CellRate, ...]
    noise: tuple[NoiseTerm, ...] = ()
    """Empty: the noise is not known, and no interval follows."""
    method: str = ""
    notes: tuple[str, ...] = ()
