"""Taking secrets and private names out of a report before anybody sees it."""

from __future__ import annotations

from typing import Any, TypeVar

from doctor.redaction import redact, redact_record
from doctor.reporting.escape import plain
from doctor.schema.record import Record

_Document = TypeVar("_Document", bound=Record)


def redacted(report: _Document, *, always: bool = False) -> _Document:
    """The report as it may be shown: no secrets, no names of people or hosts, no control characters.

    One that was made with --no-redact keeps its names, but for ``always``: what is packed for others.
    """
    values = _plain(report.model_dump(mode="json"))
    unredacted = values.get("provenance", {}).get("unredacted", False)
    if unredacted and always:
        values["provenance"]["unredacted"] = False
    shown = type(report).model_validate(values)
    return shown if unredacted and not always else redact_record(shown)


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
