"""A reference run: a published figure with all that its source states, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.rates import Counts
from doctor.schema.record import Record
from doctor.schema.setup import Hardware, Model, Scalar, Software


class Citation(Record):
    """Where the figure was published. Dates are ISO 8601."""

    title: str
    url: str
    published: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    """As exact as it is known: a day, a month or a year."""
    retrieved: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    note: str = ""


class Figure(Record):
    """One published number, as printed."""

    name: str
    value: float = Field(gt=0, le=1e9)
    unit: Literal["requests/s", "tokens/s", "s"]
    counts: Counts | None = None
    """What a tokens/s figure counts; None for other units."""
    as_printed: str = ""
    """How the source labels it ("TPS", "Throughput")."""


class AccountingEvidence(Record):
    """Why we say that a figure counts what it counts."""

    argument: str
    arithmetic: str = ""
    source: str = ""


class LeftOut(Record):
    """A setting the source does not state, what is assumed in its place, and why."""

    setting: str
    """A dotted path of ``Setup`` ("workload.num_prompts"), or free words for what has none."""
    assumed: Scalar = None
    why: str


class ReferenceRun(Record):
    """A published figure. One YAML file in ``reference_runs/`` each; the file's stem is the id."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    title: str
    citation: Citation
    hardware: Hardware
    model: Model
    software: Software
    workload: Mapping[str, Scalar]
    """Stated fields of ``Workload`` only; what is missing must stand in ``left_out``."""
    sampling: Mapping[str, Scalar] = Field(default_factory=dict)
    engine: Mapping[str, Scalar] = Field(default_factory=dict)
    figures: tuple[Figure, ...] = Field(min_length=1)
    accounting: AccountingEvidence
    left_out: tuple[LeftOut, ...] = ()
    contradiction: str | None = None
    """Where the source contradicts itself: how. Such a run is kept, and refused as a target."""
    notes: tuple[str, ...] = ()
