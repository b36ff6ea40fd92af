"""A program's parsed arguments (a Namespace as JSON, a form's fields) as settings."""

from __future__ import annotations

from collections.abc import Mapping

from doctor.evidence.setting_names import setting_path
from doctor.schema.evidence import Fact, Origin, Weight

_FALLBACK = {"random_input_len": "input_len", "random_output_len": "output_len"}
"""Arguments that only count where the other one, which was given by hand, is empty."""


def argument_facts(
    arguments: Mapping[object, object], origin: Origin, weight: Weight = "configuration"
) -> tuple[Fact, ...]:
    """The settings among the arguments. Empty ones are left out: they are defaults."""
    found = []
    for name, value in arguments.items():
        if not isinstance(name, str) or value is None or isinstance(value, dict | list):
            continue
        preferred = arguments.get(_FALLBACK.get(name, ""))
        path = "engine.extra.seed" if name == "seed" else setting_path(name)
        if path is None or preferred is not None:
            continue
        if isinstance(value, bool | int | float | str):
            kept = value[:500] if isinstance(value, str) else value
            found.append(Fact(path=path, value=kept, origin=origin, weight=weight))
    return tuple(found)
