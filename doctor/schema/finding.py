"""What was concluded about one cause."""

from __future__ import annotations

from typing import Literal

from doctor.schema.plan import Basis
from doctor.schema.rates import Interval
from doctor.schema.record import Record

FindingStatus = Literal["confirmed", "ruled out", "inconclusive", "not applicable", "error"]


class EvidenceLine(Record):
    """One fact that speaks for or against a cause, with where it was read."""

    text: str
    speaks: Literal["for", "against", "context"]
    source: str
    """An arm, a file and line, a JSON path, a probe."""


class Remedy(Record):
    """What to do: the flag or line to change, and the command that would confirm it."""

    action: str
    verify_command: str = ""


class Finding(Record):
    """One cause, judged."""

    cause: str
    title: str
    family: str
    status: FindingStatus
    summary: str
    effect: Interval | None = None
    """Factor on the rate that the cause was measured or is known to have."""
    basis: Basis | None = None
    evidence: tuple[EvidenceLine, ...] = ()
    remedy: Remedy | None = None
    factor: str | None = None
    line: Literal["", "setting", "unexplained"] = ""
    """The line of a ledger that it may stand behind, where no run measured its own."""
