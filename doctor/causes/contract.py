"""What a cause is: one file that declares itself and judges evidence, purely.

A module in this folder holds one ``CAUSE``. Its file name is the cause's id in snake_case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from doctor.schema.ablation import Ablation
from doctor.schema.accounting import Accounting
from doctor.schema.evidence import Evidence
from doctor.schema.finding import EvidenceLine, Finding, FindingStatus, Remedy
from doctor.schema.plan import Basis
from doctor.schema.prediction import Forecast
from doctor.schema.rates import Interval
from doctor.schema.setup import Setup

Family = Literal[
    "measurement",
    "client",
    "scheduler and memory",
    "execution",
    "sampling",
    "quantization",
    "host",
    "gpu platform",
    "distributed",
]

Strength = Literal["arithmetic", "measured", "configuration", "warning", "none"]
"""What a judgement stands on, strongest first. A cause that costs little is never lifted by
the strength of its evidence alone: ranking weighs both."""


@dataclass(frozen=True)
class Case:
    """All that a judgement may look at. What is None or empty is unknown, not zero."""

    evidence: Evidence
    reference: Setup | None = None
    """The setup of the figure that was hoped for."""
    accounting: Accounting | None = None
    forecast: Forecast | None = None
    """What the performance model expects of this setup on this card."""


@dataclass(frozen=True)
class KnownEffect:
    """A published effect: a factor on the rate (0.85: 15 % lost), where it was seen, its source."""

    factor: float
    where: str
    source: str


@dataclass(frozen=True)
class Judgement:
    """What the evidence says about one cause."""

    status: FindingStatus
    summary: str
    lines: tuple[EvidenceLine, ...] = ()
    strength: Strength = "none"
    factor: Interval | None = None
    """What it is worth here: a factor on the rate, below 1 where it costs."""
    would_decide: str = ""
    """The one further piece of evidence that would settle it."""
    plausibility: float = 1.0
    """How likely that this cause acts here, given what was read; orders what has equal strength."""
    basis: Basis = "computed"
    """What ``factor`` stands on."""


@dataclass(frozen=True)
class Cause:
    """One entry of the catalogue."""

    id: str
    title: str
    family: Family
    needs: tuple[str, ...]
    """The kinds of evidence that its judgement reads: fields of ``Evidence``, ``reference``,
    ``accounting``, ``forecast``."""
    judge: Callable[[Case], Judgement]
    remedy: Remedy
    factor: str | None = None
    """The factor whose ledger line carries this cause; None where no run can measure it."""
    ablations: tuple[Ablation, ...] = ()
    effects: tuple[KnownEffect, ...] = field(default=())
    no_effect_known: str = ""
    """Why ``effects`` is empty, where it is."""

    def finding(self, judgement: Judgement) -> Finding:
        """The record of ``judgement`` that leaves this stage."""
        return Finding(
            cause=self.id,
            title=self.title,
            family=self.family,
            status=judgement.status,
            summary=judgement.summary,
            effect=judgement.factor,
            basis=judgement.basis if judgement.factor is not None else None,
            evidence=judgement.lines,
            remedy=self.remedy,
            factor=self.factor,
        )
