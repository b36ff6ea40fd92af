"""What is wrong with a file that people wrote, as one sentence: path, value, what is allowed."""

from __future__ import annotations

import difflib
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

_LONGEST = 80
_MOST_NAMES = 16


def violation(error: ValidationError, record: type[BaseModel]) -> str:
    """The first violation of ``record``, with its dotted path, its value and what is allowed."""
    details = error.errors(include_url=False)
    # A misspelt field is also a missing one; the misspelling says more.
    first = next((detail for detail in details if detail["type"] == "extra_forbidden"), details[0])
    path = dotted(first["loc"])
    more = f" ({len(details) - 1} more beside this one)" if len(details) > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"{path}: there is no such field{_instead(first['loc'], record)}{more}"
    if first["type"] == "missing":
        return f"{path}: this field is missing{more}"
    words = first["msg"][0].lower() + first["msg"][1:]
    return f"{path}: {shown(first['input'])} is not allowed, {words}{more}"


def dotted(location: tuple[int | str, ...]) -> str:
    """A place in a nested document as people write it: ``figures.0.value``."""
    return ".".join(str(part)[:_LONGEST] for part in location) or "the document"


def shown(value: object) -> str:
    """A value as it can stand in a message: control characters escaped, long ones cut."""
    try:
        text = repr(value)
    except ValueError:  # an integer beyond Python's own limit for printing
        return "an absurdly long number"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _instead(location: tuple[int | str, ...], record: type[BaseModel]) -> str:
    parent = _record_at(location[:-1], record)
    if parent is None:
        return ""
    names = list(parent.model_fields)
    near = difflib.get_close_matches(str(location[-1])[:_LONGEST], names, n=1, cutoff=0.6)
    hint = f", did you mean {near[0]}?" if near else ";"
    listed = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    return f"{hint} allowed are {listed}"


def _record_at(location: tuple[int | str, ...], record: type[BaseModel]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = record
    for part in location:
        if isinstance(part, int):
            continue
        if current is None or part not in current.model_fields:
            return None
        current = _record_in(current.model_fields[part].annotation)
    return current


def _record_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - a typing construct
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in typing.get_args(annotation) if (found := _record_in(arg))), None)
