"""The report of a comparison: checks side by side, and whether a difference is shown at all."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from doctor.schema.plan import Basis
from doctor.schema.rates import Interval, Rates
from doctor.schema.record import Record
from doctor.schema.report import SCHEMA_VERSION, Provenance
from doctor.schema.setup import Scalar

Shown = Literal["faster", "slower", "no difference shown", "inconclusive"]
"""``faster`` and ``slower``: the whole interval lies on that side of 1. ``inconclusive``: there is
no interval. There is no "equal": an interval that holds 1 shows no difference, and no more."""

GateOutcome = Literal["passed", "failed", "undecided"]
"""``failed``: the whole interval lies below the limit. ``undecided``: it reaches below the limit and
above it, or there is none."""


class Side(Record):
    """One of the checks that are compared."""

    label: str
    """A, B, C …: under this letter the tables name it."""
    name: str
    """The file or folder it was read from."""
    created_at: str
    qdoctor_version: str
    reference: str
    engine: str = ""
    device: str = ""
    arm: str
    """The arm that speaks for this check: the user's setup, else the reference arm."""
    arm_title: str
    basis: Basis
    rates: Rates
    output_tokens_per_s: Interval
    runs: int
    """Valid runs of that arm."""


class RateComparison(Record):
    """One rate on all sides. ``ratios`` are to the first side's, in the order of the other sides."""

    title: str
    counts: Literal["output tokens", "ratio to the reference arm"] = "output tokens"
    rates: tuple[Interval | None, ...]
    """In output tok/s, or bare ratios, as ``counts`` says; None where that side has no such arm."""
    ratios: tuple[Interval | None, ...]
    shown: tuple[Shown | None, ...]
    same_setup: bool = True
    """Whether the arm had the same setup on all sides that have it."""


class Row(Record):
    """Something in which the sides differ: a setting, or a fact of the environment."""

    what: str
    values: tuple[Scalar, ...]
    origins: tuple[str, ...] = ()


class Gate(Record):
    """The limit that was set with ``--fail-if-slower``, and how each side stands to it."""

    fraction: float = Field(ge=0, lt=1)
    outcomes: tuple[GateOutcome, ...]
    """Of the sides after the first."""


class ComparisonReport(Record):
    """What ``qdoctor report compare`` finds. The first side is what the others are held against."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["comparison"] = "comparison"
    provenance: Provenance
    sentence: str
    """What was shown about the rate, in one sentence with its numbers."""
    sides: tuple[Side, ...] = Field(min_length=2)
    main: RateComparison
    """The arms that speak for the checks."""
    relative: RateComparison | None = None
    """The same over each check's own reference arm: what the machine did to all arms cancels."""
    arms: tuple[RateComparison, ...] = ()
    """Every further arm that at least two sides ran."""
    settings: tuple[Row, ...] = ()
    environment: tuple[Row, ...] = ()
    gate: Gate | None = None
    exit_code: Literal[0, 1] = 0
    warnings: tuple[str, ...] = ()
