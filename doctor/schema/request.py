"""What the user asked of a check, as it is kept in the run directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.record import Record
from doctor.schema.setup import Origin, Scalar


class Override(Record):
    """One setting of the user's setup, and where the user said it."""

    value: Scalar
    origin: Origin


class CheckRequest(Record):
    """Everything that decides what a check does; a resumed check uses the stored one."""

    reference: str
    observed: float | None = None
    observed_counts: Literal["output", "total", "unknown"] = "unknown"
    evidence_files: tuple[str, ...] = ()
    """Files of what the user ran, as `qdoctor diagnose` reads them; flags stand over what they say."""
    overrides: Mapping[str, Override] = Field(default_factory=dict)
    """The user's setup as changes to the reference's: dotted path → value."""
    engine_python: str
    model_path: str | None = None
    budget_s: float
    seed: int = 0
    repeats: int = 6
    """Runs of each arm at most."""
    ablations: tuple[str, ...] = ()
    """Ids to run; ("default",) one per factor, ("all",) all, () none."""
    trust_remote_code: bool = False
    """Whether the engine may run code that lies beside the model's weights."""
    redact: bool = True
    """Whether secrets, names and addresses are taken out before anything is written."""
    command: tuple[str, ...] = ()
