"""What the checks of the environment found, findings first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doctor.schema.check import CheckResult, CheckState

_FINDINGS: tuple[CheckState, ...] = ("problem", "warning", "crashed")
_QUIET: tuple[CheckState, ...] = ("ok", "unknown", "skipped")


@dataclass(frozen=True)
class Checks:
    """Findings one by one, the rest by state."""

    findings: tuple[CheckResult, ...]
    quiet: tuple[tuple[CheckState, tuple[CheckResult, ...]], ...]


def checks_of(results: Sequence[CheckResult]) -> Checks:
    """The results arranged; problems before warnings."""
    return Checks(
        findings=tuple(one for state in _FINDINGS for one in results if one.state == state),
        quiet=tuple(
            (state, found)
            for state in _QUIET
            if (found := tuple(one for one in results if one.state == state))
        ),
    )
