"""Numbers as people and programs print them."""

from __future__ import annotations

import math

LARGEST = 1e15
"""No rate, count or time of this field is larger; what is, is damage."""


def printed_number(text: str) -> float | None:
    """``1,234.5`` as a number; None for what is none, not finite, or absurd."""
    if len(text) > 40:
        return None
    try:
        value = float(text.replace(",", "").rstrip("."))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < LARGEST else None


def json_number(value: object) -> float | None:
    """A finite number of a JSON document, also where it is written as text; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < LARGEST else None
    return printed_number(value) if isinstance(value, str) else None


def json_count(value: object) -> int | None:
    """A whole number of at least 0; else None."""
    number = json_number(value)
    return int(number) if number is not None and number >= 0 else None
