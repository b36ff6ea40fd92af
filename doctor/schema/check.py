"""What a check of the environment found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit
from doctor.schema.record import Record

CheckState = Literal["ok", "warning", "problem", "unknown", "skipped", "crashed"]
"""``warning`` can cost throughput, ``problem`` will or keeps the engine from running; ``unknown``:
it could not be read; ``skipped``: it does not apply here; ``crashed``: the check itself failed."""

CheckFamily = Literal["GPU", "CPU and host", "Packages and engine", "Model"]


class CheckReading(Record):
    """One thing that was read."""

    what: str
    value: str
    where: str
    """A file, an NVML function, an environment variable, a distribution."""


class ThroughputCost(Record):
    """What it can cost in throughput, in words with a figure, and where the figure comes from.

    ``source`` is empty only where no figure is known, and then the text says so.
    """

    text: str
    source: str = ""


class CheckRemedy(Record):
    """What to do, and the command that does it where one does."""

    action: str
    command: str = ""


class CheckResult(Record):
    """One check. ``cost`` and ``remedy`` are always there for a warning and for a problem."""

    name: str
    title: str
    family: CheckFamily
    state: CheckState
    summary: str
    readings: tuple[CheckReading, ...] = ()
    cost: ThroughputCost | None = None
    remedy: CheckRemedy | None = None
    doc: str = ""
    """The page that says more, relative to the repository."""
    duration_s: float = 0.0


class EnvironmentReport(Record):
    """What ``qdoctor env --json`` prints."""

    schema_version: Literal[1] = 1
    qdoctor_version: str
    checks: tuple[CheckResult, ...]
    environment: Environment
    model: ModelFit | None = None
    """The model that was named, on this machine; None where none was."""
    redacted: Mapping[str, int] = Field(default_factory=dict)
    """How many texts of each kind were taken out; empty where nothing was, or nothing should be."""
