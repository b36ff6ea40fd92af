"""Taking secrets and private names out of a report before anybody sees it."""

from __future__ import annotations

from typing import Any, TypeVar

from doctor.redaction import redact, redact_record
from doctor.reporting.escape import plain
from doctor.schema.record import Record

_Document = TypeVar("_Document", bound=Record)


def redacted(report: _Document) -> _Document:
    """The report as it may be shown: no secrets, no names of people or hosts, no control characters."""
    return redact_record(type(report).model_validate(_plain(report.model_dump(mode="json"))))


def redacted_text(text: str) -> str:
    """One text without secrets, names and control characters."""
    return redact(plain(text))[0]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a tree of JSON values
    """Without control characters: they could part a secret in two and hide it."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        # Runs hold thousands of numbers: a list without text is passed on as it is.
        return value if value and isinstance(value[0], (int, float)) else [_plain(item) for item in value]
    return value
