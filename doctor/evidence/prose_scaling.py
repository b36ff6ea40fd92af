"""Figures of the same thing on more and on fewer GPUs: where more are slower, fewer are the better run."""

from __future__ import annotations

import re

from doctor.schema.evidence import ObservedRate

_NEAR = 60
_COUNT = re.compile(
    r"\b(?:tensor[-_ ]?parallel\w*(?:[-_ ]size)?|tp)\s*[=:]?\s*(?P<a>\d{1,3})\b"
    r"|(?<![\d.])(?P<b>\d{1,3})\s*(?:x\s*|×\s*)?(?:gpus?|cards?)\b|(?P<c>[\d单双两四八]{1,3})\s*卡"
    r"|\b(?P<d>one|single|two|dual|four|eight) (?:gpus?|cards?)\b",
    re.IGNORECASE,
)
_WORDS = {"单": 1, "双": 2, "两": 2, "四": 4, "八": 8, "one": 1, "single": 1, "two": 2, "dual": 2}
_WORDS |= {"four": 4, "eight": 8}


def gpus_named(line: str, start: int) -> int | None:
    """How many GPUs the words before a figure name, the nearest ones."""
    found = list(_COUNT.finditer(line[max(0, start - _NEAR) : start]))
    if not found:
        return None
    text = next(group for group in found[-1].groups() if group).lower()
    return int(text) if text.isdecimal() else _WORDS.get(text)


def slower_on_more(found: list[tuple[ObservedRate, int | None]]) -> float | None:
    """The rate of the fewest GPUs, where the same quantity on the most is lower and nobody names another
    figure to compare with; else None."""
    counted = [(count, rate) for rate, count in found if count and rate.role == "observed"]
    if len({rate.quantity for _, rate in counted}) != 1 or any(rate.role != "observed" for rate, _ in found):
        return None
    (least, few), (most, many) = (
        min(counted, key=lambda one: one[0]),
        max(counted, key=lambda one: one[0]),
    )
    return few.per_s if least < most and many.per_s < few.per_s else None
