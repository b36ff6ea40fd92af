"""Reading and changing single settings of a frozen setup by their dotted path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doctor.schema.setup import Origin, Scalar, Setup


def setting(setup: Setup, path: str) -> Scalar:
    """The value at a dotted path ("workload.max_concurrency", "engine.extra.swap_space")."""
    value: Any = setup
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name)
    assert value is None or isinstance(value, bool | int | float | str)
    return value


def with_settings(setup: Setup, changes: Mapping[str, Scalar], origin: Origin) -> Setup:
    """A copy with these paths set, validated anew, each marked with the origin."""
    content = setup.model_dump()
    for path, value in changes.items():
        *parents, name = path.split(".")
        place: dict[str, Any] = content
        for parent in parents:
            place[parent] = dict(place[parent])
            place = place[parent]
        place[name] = value
    content["origins"] = {**setup.origins, **dict.fromkeys(changes, origin)}
    return Setup.model_validate(content)
