"""Redaction of records: what a type says is ours alone stays, every other text is looked through."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar

from doctor.redaction.people import Identity
from doctor.redaction.records import KINDS, Kind, Walk, this_machine
from doctor.schema.record import Record

R = TypeVar("R", bound=Record)

_OURS = frozenset({"id", "arm", "arms", "cause", "factor", "factors", "ablation", "ablations", "redacted"})
"""Fields by which records refer to each other. They hold words of ours, and a user who bears such a
word as a name must not break the reference."""


def redact_record(record: R, identity: Identity | None = None) -> R:
    """The record without what must not leave the machine.

    It keeps its type: literals, references between records and the keys of mappings stay as they are.
    """
    changed = _TypedWalk(identity or this_machine()).record(record)
    assert isinstance(changed, type(record))
    return changed


def redactions(record: Record) -> dict[Kind, int]:
    """What was taken out of a record, by kind: how often each placeholder stands in it.

    Counted in what is kept, so that a resumed and an uninterrupted check count alike.
    """
    counts: Counter[Kind] = Counter()
    _count(record, counts)
    return {kind: counts[kind] for kind in KINDS.values() if counts[kind]}


class _TypedWalk(Walk):
    """Goes through records as the untyped walk goes through mappings."""

    def record(self, record: Record, depth: int = 0) -> Record:
        changes = {}
        for name in text_fields(type(record)):
            value = getattr(record, name)
            clean = self.value(value, key=name, depth=depth + 1)
            if clean is not value and clean != value:
                changes[name] = clean
        return record.model_copy(update=changes) if changes else record

    def other(self, value: object, depth: int) -> object:
        if isinstance(value, Record):
            return self.record(value, depth)
        return value

    def name(self, name: object) -> object:
        return name


@cache
def text_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a record that can hold a text which is not one of a few fixed ones."""
    return tuple(
        name
        for name, field in kind.model_fields.items()
        if name not in _OURS and _holds_text(field.annotation, frozenset({kind}))
    )


def _holds_text(annotation: Any, above: frozenset[Any]) -> bool:  # noqa: ANN401  a type, of whatever kind
    if annotation is str or annotation is Any or annotation is object:
        return True
    if typing.get_origin(annotation) is Literal or annotation in above:
        return False
    if typing.get_origin(annotation) is None and isinstance(annotation, type):
        if not issubclass(annotation, Record):
            return False
        inner = above | {annotation}
        return any(
            _holds_text(field.annotation, inner)
            for name, field in annotation.model_fields.items()
            if name not in _OURS
        )
    return any(_holds_text(argument, above) for argument in typing.get_args(annotation))


def _count(value: object, counts: Counter[Kind]) -> None:
    if isinstance(value, str):
        if "<" in value:
            for placeholder, kind in KINDS.items():
                counts[kind] += value.count(placeholder)
    elif isinstance(value, Record):
        for name in text_fields(type(value)):
            _count(getattr(value, name), counts)
    elif isinstance(value, Mapping):
        for inner in value.values():
            _count(inner, counts)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _count(inner, counts)
