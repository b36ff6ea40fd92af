"""Finds the checks: every module of the folder above is one."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path

from doctor.checks.framework.contract import AnyCheck
from doctor.errors import UsageError

_FOLDER = Path(__file__).parents[1]
_FAMILIES = ("GPU", "CPU and host", "Packages and engine", "Model")


def load_checks() -> tuple[AnyCheck, ...]:
    """All checks, by family and then by name."""
    names = [module.name for module in pkgutil.iter_modules([str(_FOLDER)]) if not module.ispkg]
    checks: list[AnyCheck] = [importlib.import_module(f"doctor.checks.{name}").CHECK for name in names]
    return tuple(sorted(checks, key=lambda check: (_FAMILIES.index(check.family), check.name)))


def choose_checks(names: Iterable[str]) -> tuple[AnyCheck, ...]:
    """The checks of those names, or all where none is named; UsageError for a name there is not."""
    checks = load_checks()
    by_name = {check.name: check for check in checks}
    wanted = {name.replace("_", "-") for name in names}
    for name in sorted(wanted - set(by_name)):
        nearest = difflib.get_close_matches(name, by_name, n=1, cutoff=0.0)
        raise UsageError(
            f"there is no check named {name!r}",
            next_step=f"Did you mean {nearest[0]!r}? 'qdoctor env --list' names them all.",
        )
    return tuple(check for check in checks if not wanted or check.name in wanted)
