"""The gap split into causes, in tokens/s, with intervals, and a rest that is never redistributed."""

from __future__ import annotations

from typing import Literal

from doctor.schema.plan import Basis
from doctor.schema.rates import Counts, Interval
from doctor.schema.record import Record

LineKind = Literal["accounting", "factor", "setting", "unexplained"]
"""``setting``: the step from the published figure to the reference arm reproduced here, which
mixes everything the publication leaves out; it is shown as one line and never split."""


class LedgerLine(Record):
    """One step on the way from the reference's rate down to the observed one."""

    id: str
    kind: LineKind
    title: str
    tokens_per_s: Interval
    """What this line takes away (positive) or adds (negative), in the ledger's unit."""
    factor: Interval | None = None
    """The same as a factor on the rate (0.74: a quarter lost); None for the accounting line."""
    basis: Basis
    filled: bool = False
    """Rests on cells that were filled rather than run."""


class PairTerm(Record):
    """How two factors act together."""

    first: str
    second: str
    log_interaction: Interval
    """ln of the joint effect minus the sum of the single effects; above 0: they mask each other."""
    fix_first_tokens_per_s: float
    fix_second_tokens_per_s: float
    fix_both_tokens_per_s: float
    words: str


class Fix(Record):
    """What is gained from the user's setup by putting factors back to the reference's value."""

    factors: tuple[str, ...]
    gain_tokens_per_s: Interval
    gain_fraction: float


class Ledger(Record):
    """From ``start`` to ``end``: ``start`` minus all lines is ``end``, to rounding."""

    title: str
    basis: Basis
    counts: Counts
    start_title: str
    start_tokens_per_s: float
    end_title: str
    end_tokens_per_s: float
    lines: tuple[LedgerLine, ...]
    pairs: tuple[PairTerm, ...] = ()
    fix_one: tuple[Fix, ...] = ()
    fix_all: Fix | None = None
    method: str = ""
    notes: tuple[str, ...] = ()
    refused: str = ""
    """Why nothing was attributed, where nothing was (an unstable arm, a missing cell)."""
