"""The causes of this folder, found by looking: there is no list to add to."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from doctor.causes.contract import Cause
from doctor.errors import UsageError
from doctor.schema.ablation import Ablation


@cache
def load_causes() -> tuple[Cause, ...]:
    """Every cause, by id. A module is a cause's where it holds a ``CAUSE``."""
    found = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        cause = getattr(importlib.import_module(f"doctor.causes.{module.name}"), "CAUSE", None)
        if isinstance(cause, Cause):
            found.append(cause)
    return tuple(sorted(found, key=lambda cause: cause.id))


def load_cause(cause_id: str) -> Cause:
    """The cause of that id."""
    for cause in load_causes():
        if cause.id == cause_id:
            return cause
    raise UsageError(f"there is no cause {cause_id!r}", next_step="`qdoctor causes` lists them.")


def load_ablations() -> tuple[Ablation, ...]:
    """All ablations of all causes, for the planner."""
    return tuple(ablation for cause in load_causes() for ablation in cause.ablations)
