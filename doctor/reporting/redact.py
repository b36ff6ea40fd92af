"""Taking secrets and private paths out of a report before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from doctor.reporting.escape import plain
from doctor.schema.report import Report

# Repeats are bounded: a log without a space in a megabyte must not take the square of its length.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bhf_[A-Za-z0-9]{16,}"), "hf_[redacted]"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{16,}"), "sk-[redacted]"),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{16,}"), "gh_[redacted]"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"), r"\1[redacted]"),
    (
        re.compile(
            r"(?i)\b([\w-]{0,64}(?:api[_-]?key|secret|password|passwd|access[_-]?token)[\w-]{0,64}\s{0,8}[=:]\s{0,8})\S+"
        ),
        r"\1[redacted]",
    ),
    (re.compile(r"(?i)(--(?:api-key|token|hf-token|password)[ =])\S+"), r"\1[redacted]"),
    (re.compile(r"(\w{1,32}://)[^/\s@:]{1,256}:[^/\s@]{1,256}@"), r"\1[redacted]@"),
    (re.compile(r"(?:/home|/Users)/[^/\s'\":]+"), "~"),
    (re.compile(r"(?i)\b[a-z]:\\Users\\[^\\\s'\":]+"), "~"),
)


def redacted(report: Report) -> Report:
    """The report as it may be shown: no secrets, no home directories, no control characters."""
    return Report.model_validate(
        _mapped(report.model_dump(mode="python"), lambda text: redacted_text(plain(text)))
    )


def redacted_text(text: str) -> str:
    """One text without secrets and home directories."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _mapped(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a tree of JSON-like values
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(key, change): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        # Runs hold thousands of numbers: a sequence without text is passed on as it is.
        return (
            value
            if value and isinstance(value[0], (int, float))
            else type(value)(_mapped(item, change) for item in value)
        )
    if isinstance(value, (set, frozenset)):
        return type(value)(_mapped(item, change) for item in value)
    return value
