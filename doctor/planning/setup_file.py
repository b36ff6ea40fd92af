"""A user's setup in a YAML file: only what differs from the reference, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doctor.errors import UsageError
from doctor.planning.setups import Overrides
from doctor.schema.paths import EXTRA, SECTIONS, is_setting, nearest_setting, refusal
from doctor.schema.setup import Origin, Scalar
from doctor.schema.violations import shown
from doctor.yaml_files import read_mapping


def load_setup_file(path: Path | str) -> Overrides:
    """The settings in a set-up file, each with the file as its origin.

    The file holds sections (workload, sampling, engine, hardware, software, model) of
    settings under vLLM's names. Raises UsageError, with path, value and what is allowed.
    """
    path = Path(path)
    content = read_mapping(path, UsageError, what="settings under workload, sampling, engine, …")
    origin = Origin(kind="user", note=path.name)
    return {name: (value, origin) for name, value in _settings(content, path)}


def _settings(content: dict[str, Any], path: Path) -> Iterator[tuple[str, Scalar]]:
    for section, settings in content.items():
        if section not in SECTIONS:
            known = ", ".join(SECTIONS)
            meant = nearest_setting(section)
            hint = f", did you mean {meant}?" if meant else ""
            raise _refused(path, f"{shown(section)} is no section{hint} (sections are {known})")
        if not isinstance(settings, dict):
            raise _refused(
                path, f"{section}: {shown(settings)} is not allowed, it must hold settings by name"
            )
        for name, value in settings.items():
            yield from _setting(section, name, value, path)


def _setting(section: str, name: object, value: Any, path: Path) -> Iterator[tuple[str, Scalar]]:  # noqa: ANN401
    dotted = f"{section}.{name}"
    if f"{dotted}." == EXTRA:
        if not isinstance(value, dict):
            raise _refused(path, f"{dotted}: {shown(value)} is not allowed, it must hold arguments by name")
        for inner, inner_value in value.items():
            yield _checked(f"{dotted}.{inner}", inner_value, path)
        return
    yield _checked(dotted, value, path)


def _checked(dotted: str, value: Any, path: Path) -> tuple[str, Scalar]:  # noqa: ANN401 - whatever YAML holds
    if not is_setting(dotted):
        near = nearest_setting(dotted)
        hint = f", did you mean {near}?" if near else ""
        raise _refused(path, f"{shown(dotted)[1:-1]}: there is no such setting{hint}")
    why = refusal(dotted, value)
    if why is not None:
        raise _refused(path, f"{dotted}: {shown(value)} is not allowed, it {why}")
    return dotted, value


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"This set-up file is not valid: {why}",
        where=str(path),
        next_step="Settings have vLLM's names; what the file leaves out stays as in the reference.",
    )
