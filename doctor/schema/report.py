"""The report of a check: what ``qdoctor check`` writes as report.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.accounting import Accounting
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from doctor.schema.finding import Finding
from doctor.schema.ledger import Ledger
from doctor.schema.measurement import ArmMeasurement, NoiseFloor
from doctor.schema.plan import Plan
from doctor.schema.prediction import Forecast
from doctor.schema.ranking import Ranked
from doctor.schema.record import Record
from doctor.schema.reference import ReferenceRun
from doctor.schema.run import Run
from doctor.schema.setup import Setup

SCHEMA_VERSION: Literal[1] = 1


class Verdict(Record):
    """The one sentence, and what it commits to.

    ``outcome`` decides the exit code: no gap → 0, gap → 1, failed → 2.
    ``inconclusive`` exits 1 only where an apparent gap remains that was not shown to be noise.
    """

    outcome: Literal["no gap", "gap", "inconclusive", "failed"]
    sentence: str
    details: tuple[str, ...] = ()
    exit_code: Literal[0, 1, 2]


class FixAdvice(Record):
    """One of the first fixes: what to change, what it should bring, how to verify."""

    title: str
    action: str
    expected_gain: str
    """In words with a number and its basis: "+149 output tok/s (13 %), measured on a replica"."""
    verify_command: str


class Provenance(Record):
    """How this report came to be."""

    qdoctor_version: str
    created_at: str
    command: tuple[str, ...]
    run_directory: str = ""
    duration_s: float = 0.0
    interrupted: bool = False
    engine_tried: str = ""
    unredacted: bool = False
    """Made with --no-redact: names, paths and addresses stand in it."""


class Report(Record):
    """Everything a reader can be shown. A missing stage is None or empty, never invented."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["check"] = "check"
    provenance: Provenance
    verdict: Verdict
    reference: ReferenceRun
    reference_setup: Setup
    user_setup: Setup | None = None
    accounting: Accounting
    environment: Environment
    checks: tuple[CheckResult, ...] = ()
    """What the checks of the environment found before the first run."""
    plan: Plan | None = None
    measurements: tuple[ArmMeasurement, ...] = ()
    noise: NoiseFloor | None = None
    """Of the runs here; None where nothing was repeated."""
    ledgers: tuple[Ledger, ...] = ()
    """The published figure's first; those measured (on a replica: marked so), then the predicted one."""
    ranking: tuple[Ranked, ...] = ()
    """What the gap was put down to, the largest first."""
    forecast: Forecast | None = None
    """What the performance model expects of both setups; predicted, not measured."""
    findings: tuple[Finding, ...] = ()
    fixes: tuple[FixAdvice, ...] = ()
    runs: tuple[Run, ...] = ()
    warnings: tuple[str, ...] = ()
    redacted: Mapping[str, int] = Field(default_factory=dict)
    """How many texts of each kind were taken out; empty where nothing was, or nothing should be."""
