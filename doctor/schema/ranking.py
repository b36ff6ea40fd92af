"""What a gap was put down to, the largest first."""

from __future__ import annotations

from doctor.schema.finding import FindingStatus
from doctor.schema.ledger import LineKind
from doctor.schema.plan import Basis
from doctor.schema.rates import Interval
from doctor.schema.record import Record


class RankedCause(Record):
    """A cause of the catalogue that a line stands for, or that may be behind it."""

    cause: str
    title: str
    status: FindingStatus
    summary: str = ""


class Ranked(Record):
    """One line of the way from the published figure to the observed one, with the causes behind it.

    ``shown``: its whole interval lies on the losing side, and it is no trifle. What a publication
    leaves out and what is unexplained have no cause of their own: the readings and the files that
    were handed over name candidates.
    """

    line: str
    """The ledger line's id."""
    kind: LineKind
    title: str
    basis: Basis
    factor: Interval
    """On the rate: 0.74 is a quarter lost. Lines of differing ledgers are ranked by it."""
    tokens_per_s: Interval | None = None
    """In the ledger's unit; None on a replica, whose rates stand for nothing."""
    shown: bool
    causes: tuple[RankedCause, ...] = ()
