"""The user's setup: the reference's, with the settings that the user said differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doctor.errors import UsageError
from doctor.schema.paths import is_setting, nearest_setting, refusal
from doctor.schema.setup import Model, Origin, Scalar, Setup
from doctor.schema.violations import shown

Overrides = Mapping[str, tuple[Scalar, Origin]]
"""Dotted path of ``Setup`` → value, and where the user said it."""


def user_setup(reference_setup: Setup, overrides: Overrides) -> Setup:
    """The reference's setup with these settings, each marked with its own origin.

    Another model than the reference's loses the reference's architecture, unless only the
    folder it lies in differs. Raises UsageError for a path that is none or a value that
    cannot stand there.
    """
    content = reference_setup.model_dump(exclude={"origins"})
    for path, (value, origin) in overrides.items():
        _check(path, value, origin)
        _put(content, path, value)
    content["model"] = _model(reference_setup.model, content["model"])
    origins = {**reference_setup.origins, **{path: origin for path, (_, origin) in overrides.items()}}
    return Setup.model_validate({**content, "origins": origins})


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model: "/data/Qwen1.5-7B-Chat/" and "Qwen/Qwen1.5-7B-Chat" do."""
    return _last_part(one) == _last_part(other)


def _last_part(name: str) -> str:
    return name.rstrip("/\\").replace("\\", "/").rpartition("/")[2].casefold()


def _check(path: str, value: Scalar, origin: Origin) -> None:
    if not is_setting(path):
        near = nearest_setting(path)
        raise UsageError(
            f"{shown(path)} is no setting" + (f", did you mean {near}?" if near else ""),
            where=origin.note,
            next_step="A setup has model, hardware, software, workload, sampling and engine settings.",
        )
    why = refusal(path, value)
    if why is not None:
        raise UsageError(
            f"{path}: {shown(value)} is not allowed, it {why}",
            where=origin.note,
            next_step="Give another value, or leave it out to keep the reference's.",
        )


def _put(content: dict[str, Any], path: str, value: Scalar) -> None:
    section, *parents, name = path.split(".", 2)
    place = content[section]
    for parent in parents:
        place[parent] = dict(place[parent])
        place = place[parent]
    # Before 0.9 or so vLLM wrote "all tokens" as -1; it means the same as 0.
    place[name] = 0 if path == "sampling.top_k" and value == -1 else value


def _model(reference: Model, wanted: dict[str, Any]) -> dict[str, Any]:
    if same_model(reference.name, wanted["name"]):
        return {**wanted, "name": reference.name}
    return {**wanted, "architecture": None}
