"""Result files that differ only in where they keep what: one table each, read the same way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doctor.evidence.contract import Document
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Delivered, Evidence, ObservedRate

_WHOLE = frozenset(
    (
        "requests",
        "failed",
        "prompt_tokens",
        "output_tokens",
        "total_tokens",
        "max_concurrency",
        "peak_concurrency",
    )
)


@dataclass(frozen=True)
class Field:
    """One value: its place (keys, alternatives first to last) and what it is here.

    ``target`` is a field of ``Delivered`` or what a rate counts; ``times`` converts the unit.
    """

    target: str
    keys: tuple[str, ...]
    times: float = 1.0


RATES = ("requests", "output tokens", "total tokens", "prompt tokens")


def look_up(data: object, path: str) -> object:
    """The value at ``a.b.c``; None where there is none. Keys that hold dots are not needed."""
    for key in path.split("."):
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def read_mapped(
    document: Document,
    data: object,
    fields: Iterable[Field],
    *,
    tool: str,
    at: str = "$",
    notes: tuple[str, ...] = (),
) -> Evidence:
    """The run and the rates that the table finds in ``data``.

    A target ``rate:output tokens`` is a rate; any other is a field of ``Delivered``.
    """
    values: dict[str, float | int] = {}
    rates = []
    for field in fields:
        for key in field.keys:
            value = json_number(look_up(data, key))
            if value is None or value < 0:
                continue
            origin = document.at_path(f"{at}.{key}", tool)
            if field.target.startswith("rate:"):
                quantity = field.target.removeprefix("rate:")
                entry = {"quantity": quantity, "per_s": value * field.times, "origin": origin, "label": key}
                rates.append(ObservedRate.model_validate(entry))
            elif field.target not in values:
                scaled = value * field.times
                values[field.target] = round(scaled) if field.target in _WHOLE else scaled
            break
    if not values and not rates:
        return Evidence()
    entry = {"tool": tool, "origin": document.at_path(at, tool), "notes": notes, **values}
    run = Delivered.model_validate(entry)
    return Evidence(read=(f"{document.name}: {tool} result",), rates=tuple(rates), delivered=(run,))
