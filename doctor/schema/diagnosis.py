"""What evidence alone says: no run was made."""

from __future__ import annotations

from doctor.schema.accounting import Accounting
from doctor.schema.evidence import ObservedRate, Unread
from doctor.schema.finding import Finding
from doctor.schema.ledger import Ledger
from doctor.schema.prediction import Forecast
from doctor.schema.record import Record
from doctor.schema.report import Verdict


class RankedFinding(Record):
    """A finding that is not excluded, with its place."""

    finding: Finding
    score: float
    """0 to 1: how strongly the evidence speaks, weighed with how much of the gap it could be."""
    stands_on: str
    """arithmetic, measured, configuration or warning."""
    would_decide: str = ""


class Diagnosis(Record):
    """The verdict, what supports it, what is excluded, and what to send next."""

    verdict: Verdict
    reference: str | None = None
    """The id of the reference run, where one was named or recognised."""
    reference_recognised: bool = False
    """Nobody named it: the evidence quotes its published figure."""
    observed: ObservedRate | None = None
    expected: ObservedRate | None = None
    remaining_ratio: float | None = None
    """Observed over expected once both count the same."""
    accounting: Accounting | None = None
    forecast: Forecast | None = None
    """What the performance model expects of both setups, as far as evidence tells yours."""
    ledger: Ledger | None = None
    """From published to observed with every cell predicted."""
    candidates: tuple[RankedFinding, ...] = ()
    ruled_out: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()
    """Causes on which the evidence says nothing."""
    would_decide: str = ""
    """The one further piece of evidence that would decide most."""
    check_command: str = ""
    """One check that measures the first candidates together, where a check can measure several."""
    read: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
