"""Lines for a terminal: wrapped, cut to its width, in characters that it can show."""

from __future__ import annotations

import re
import textwrap

from doctor.reporting import numbers
from doctor.reporting.escape import one_line
from doctor.reporting.text_waterfall import columns, fitted

LINES = 24
"""Of the smallest terminal that people still use."""
ROOM = LINES - 3
"""What a summary may take: below it a command says where the report lies."""

_UNITS = re.compile(r"[\u2e80-\uffef][，。：；、！？）”]*|[^ \u2e80-\uffef]+(?: %[^ ]*)? *| +")
"""What no line breaks inside of: a Chinese character, a word with its spaces, a figure with its %."""

Line = tuple[str, str]
"""A text and its style."""


def wrapped(text: str, width: int, *, most: int, indent: str = "", later: str | None = None) -> list[str]:
    """The text on at most ``most`` lines; the last one says that something was cut.

    ``later`` stands before all lines but the first, where that is not ``indent``.
    """
    rest = indent if later is None else later
    lines = _broken(one_line(text), width, indent, rest)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while columns(last) > width - 2:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()} …"]


def _broken(text: str, width: int, indent: str, rest: str) -> list[str]:
    """Lines of at most ``width`` columns; between Chinese characters a line may break anywhere."""
    lines, line = [], indent
    for unit in _UNITS.findall(text):
        if columns(line + unit.rstrip(" ")) > width and line.strip():
            lines.append(line.rstrip(" "))
            line = rest + unit.lstrip(" ")
        else:
            line += unit
    return [*lines, line.rstrip(" ")]


def command_lines(command: str, width: int) -> list[str]:
    """A command on as few lines as it needs, broken so that it can still be copied."""
    lines = textwrap.wrap(one_line(command), width - 6, break_long_words=False, break_on_hyphens=False)
    return [f"   {line}" + (" \\" if i < len(lines) else "") for i, line in enumerate(lines, 1)]


def shown(text: str, width: int, *, unicode: bool) -> str:
    """Within the width, and without characters that the terminal cannot show."""
    if not unicode:
        plain = {numbers.MINUS: "-", numbers.NARROW: " ", "×": "x", "…": "...", "–": "-", "÷": "/", "→": "->"}
        for sign, instead in plain.items():
            text = text.replace(sign, instead)
        text = text.encode("ascii", "replace").decode()
    return _cut(text, width, unicode=unicode)


def _cut(text: str, width: int, *, unicode: bool) -> str:
    """Cut to the width where it is longer; leading spaces stay."""
    if columns(text) <= width:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return indent + fitted(text, width - len(indent), unicode=unicode).rstrip()
