"""The waterfall in characters, for terminals and for Markdown's code blocks."""

from __future__ import annotations

import unicodedata

from doctor.reporting import numbers
from doctor.reporting.escape import one_line
from doctor.reporting.language import Words
from doctor.reporting.views.bars import Bar, Waterfall
from doctor.schema.plan import Basis

MARKS: dict[Basis, str] = {"measured": "●", "replica": "◇", "predicted": "△", "computed": "□"}
ASCII_MARKS: dict[Basis, str] = {"measured": "M", "replica": "R", "predicted": "P", "computed": "C"}
_FILLS = {"level": "█", "factor": "▓", "setting": "░", "accounting": "▒", "unexplained": "╱"}
_ASCII_FILLS = {"level": "#", "factor": "=", "setting": ".", "accounting": "-", "unexplained": "/"}


def text_rows(view: Waterfall, *, width: int, words: Words, unicode: bool = True) -> list[str]:
    """One line per row: mark, title, bar, number. No line is wider than ``width`` columns."""
    amounts = [_amount(bar, unicode=unicode) for bar in view.bars]
    spans = [_range(bar, unicode=unicode) for bar in view.bars]
    amount_width = max(len(a) for a in amounts)
    span_width = max(len(s) for s in spans)
    numbers_width = amount_width + (span_width + 1 if span_width else 0) + 1
    room = width - numbers_width - 4
    longest = max(columns(one_line(_title(bar, words))) for bar in view.bars)
    # Titles first: a bar of twelve columns still tells a third from a half.
    bar_width = max(8, min(32, room // 2, max(12, room - longest)))
    title_width = max(8, room - bar_width)
    rows = []
    for bar, amount, span in zip(view.bars, amounts, spans, strict=True):
        mark = (MARKS if unicode else ASCII_MARKS)[bar.basis] if bar.basis else " "
        title = fitted(_title(bar, words), title_width, unicode=unicode)
        drawn = _drawn(bar, bar_width, _FILLS if unicode else _ASCII_FILLS)
        tail = f" {span}" if span else ""
        rows.append(f"{mark} {title} {drawn} {amount.rjust(amount_width)}{tail}".rstrip())
    return rows


def basis_words(basis: Basis, words: Words) -> str:
    """What a figure stands on, in words."""
    return {
        "measured": words("measured"),
        "replica": words("on a replica"),
        "predicted": words("predicted"),
        "computed": words("computed"),
    }[basis]


def columns(text: str) -> int:
    """How many terminal columns a text takes: Chinese characters take two, marks none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def fitted(text: str, width: int, *, unicode: bool = True) -> str:
    """A text cut or padded to exactly ``width`` columns."""
    text = one_line(text)
    if columns(text) > width:
        mark = "…" if unicode else "~"
        while columns(text) > width - 1:
            text = text[:-1]
        text = text.rstrip() + mark
    return text + " " * (width - columns(text))


def _title(bar: Bar, words: Words) -> str:
    unit = words("output tok/s") if bar.counts == "output" else words("total tok/s")
    return f"{words(bar.title)}, {unit}" if bar.printed else words(bar.title)


def _drawn(bar: Bar, width: int, fills: dict[str, str]) -> str:
    start = min(round(bar.left * width / 100), width - 1)
    end = max(start + 1, round((bar.left + bar.width) * width / 100))
    return (" " * start + fills[bar.kind] * (end - start)).ljust(width)[:width]


def _amount(bar: Bar, *, unicode: bool) -> str:
    if bar.kind == "level":
        text = numbers.as_printed(bar.value) if bar.printed else numbers.rate(bar.value)
    else:
        text = numbers.step(-bar.value, bar.interval)
    return text if unicode else text.replace(numbers.MINUS, "-")


def _range(bar: Bar, *, unicode: bool) -> str:
    text = numbers.bounds(bar.interval, sign=-1) if bar.interval else ""
    return text if unicode else text.replace(numbers.MINUS, "-")
