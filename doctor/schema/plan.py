"""What will be run: factors, arms, order, repeats, budget, and what was left out."""

from __future__ import annotations

from typing import Literal

from pydantic import field_serializer

from doctor.schema.record import Record
from doctor.schema.setup import Scalar, Setup

Basis = Literal["measured", "replica", "predicted", "computed"]
"""What a figure stands on. ``replica``: measured, but on a scaled-down stand-in for the setup."""


class SettingChange(Record):
    """One setting that differs: dotted path, the value in the one setup and in the other."""

    path: str
    reference: Scalar
    user: Scalar


class Difference(SettingChange):
    """A row of the table of differences, with the origins of both values."""

    reference_origin: str
    user_origin: str
    factor: str | None = None
    """The factor that carries this setting; None where none does (it is told, not measured)."""


class Factor(Record):
    """One dimension in which two setups differ, with the settings that belong together."""

    id: str
    title: str
    resource: str
    """What it consumes or caps: "load", "kv memory", "tokens", "sampling", "execution", "cache"."""
    changes: tuple[SettingChange, ...]


class Arm(Record):
    """One setup that is run.

    ``factors`` names the factors that stand at the user's value; the reference arm has none,
    the user's arm has all, the cells between have some. Ablations leave it empty and name
    the ``ablation`` (and the cause it belongs to).
    """

    id: str
    title: str
    role: Literal["reference", "user", "cell", "ablation"]
    setup: Setup
    factors: frozenset[str] = frozenset()
    ablation: str | None = None
    cause: str | None = None
    conditional: bool = False
    """Run only where the published figure lies beyond the reference arm: it may have been reached so."""

    @field_serializer("factors", when_used="json")
    def _in_order(self, factors: frozenset[str]) -> list[str]:
        """Sorted, so that the same plan is the same file."""
        return sorted(factors)


class Omission(Record):
    """Something that was not run, and why (budget, not possible on this hardware, …)."""

    what: str
    why: str
    arm: str | None = None
    """The arm, where one of its planned runs was left out; a resumed check may still make it."""


class Replica(Record):
    """How the setups were scaled to fit this machine."""

    why: str
    """Why the published setup itself cannot run here."""
    length_scale: float
    """Tokens per request here over tokens per request there."""
    sequence_scale: float
    """Sequences at once here over sequences at once there; counts up to eight stay as they are."""
    notes: tuple[str, ...] = ()


class PlannedRun(Record):
    """One run to make. Runs with the same ``engine_start`` share one start of one engine.

    ``repeat`` is the round that it belongs to; an arm runs at most once in a round.
    """

    position: int
    arm: str
    repeat: int
    engine_start: int


class Decision(Record):
    """Why a round was run as it was, or why none followed: then it has no arms."""

    arms: tuple[str, ...]
    why: str
    open_questions: tuple[str, ...] = ()
    """What the time left could not settle."""


class Plan(Record):
    """The arms, and the runs as they were decided round by round, with seed and budget."""

    factors: tuple[Factor, ...] = ()
    differences: tuple[Difference, ...] = ()
    arms: tuple[Arm, ...]
    seed: int
    budget_s: float
    most_repeats: int = 6
    """Runs of each arm at most."""
    starts_are_dear: bool = False
    """An engine start takes longer than a run: repeats share one."""
    omissions: tuple[Omission, ...] = ()
    replica: Replica | None = None
    schedule: tuple[PlannedRun, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def rounds(self) -> int:
        """Rounds that were planned."""
        return 1 + max((run.repeat for run in self.schedule), default=-1)
