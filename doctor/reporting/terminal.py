"""The summary on the terminal: verdict, ledger, first three fixes, in 24 lines of 80 columns."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from doctor.reporting import numbers
from doctor.reporting.escape import one_line
from doctor.reporting.language import Language, Words
from doctor.reporting.redact import redacted
from doctor.reporting.text_waterfall import ASCII_MARKS, MARKS, basis_words, columns, fitted, text_rows
from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.page import FIRST_FIXES, Page, page_of
from doctor.reporting.views.verdict import retold
from doctor.schema.report import Report

LINES = 24
_WIDEST = 110
_OUTCOME_STYLE = {
    "gap": "bold red",
    "no gap": "bold green",
    "inconclusive": "bold yellow",
    "failed": "bold red",
}


def print_summary(report: Report, console: Console, *, language: Language = "en") -> None:
    """Print the summary; colour and Unicode as the console has them."""
    width = min(console.width, _WIDEST)
    unicode = (console.encoding or "").lower().replace("-", "").startswith(
        "utf"
    ) and not console.legacy_windows
    for text, style in summary_lines(report, width=width, unicode=unicode, language=language):
        console.print(Text(text, style=style), soft_wrap=True, highlight=False)


def summary_lines(
    report: Report, *, width: int, unicode: bool, language: Language = "en"
) -> list[tuple[str, str]]:
    """The lines with their styles, at most :data:`LINES`, none wider than ``width``."""
    page, words = page_of(redacted(report)), Words(language)
    head = _verdict(page, words, width)
    blocks = [_ledger(view, words, width, unicode=unicode) for view in page.falls]
    fixes = _fixes_that_fit(page, words, width, LINES - len(head) - sum(map(len, blocks)))
    ledger = _ledgers(blocks, words, LINES - len(head) - len(fixes))
    return [(_shown(text, width, unicode=unicode), style) for text, style in [*head, *ledger, *fixes]][:LINES]


def _verdict(page: Page, words: Words, width: int) -> list[tuple[str, str]]:
    style = _OUTCOME_STYLE[page.report.verdict.outcome]
    own = page.report.verdict.sentence
    told = own if words.language == "en" else retold(page.report, words) or own
    lines = _wrapped(told, width, most=5)
    return [(line, style) for line in lines]


def _ledgers(blocks: list[list[tuple[str, str]]], words: Words, room: int) -> list[tuple[str, str]]:
    """As many ledgers as there is room for."""
    out: list[tuple[str, str]] = []
    for block in blocks:
        left = room - len(out)
        if len(block) <= left:
            out += block
        elif left >= 5:
            # The first and the last level stay; steps in between give way.
            out += [*block[: left - 2], ("  …", "dim"), block[-1]]
    return out or [
        ("", ""),
        (words("No ledger: nothing was attributed. What is missing is told below."), "dim"),
    ]


def _ledger(view: Waterfall, words: Words, width: int, *, unicode: bool) -> list[tuple[str, str]]:
    ledger = view.ledger
    unit = words("output tok/s") if ledger.counts == "output" else words("total tok/s")
    marks = MARKS if unicode else ASCII_MARKS
    legend = ", ".join([unit, *(f"{marks[basis]} {basis_words(basis, words)}" for basis in view.bases)])
    title = f"{words(ledger.title)} ({legend})"
    if ledger.basis == "replica":
        title = f"{words('Replica, not the published setup')} ({legend})"
    rows = text_rows(view, width=width, words=words, unicode=unicode)
    styles = {"level": "bold", "unexplained": "yellow", "accounting": "cyan"}
    drawn = [(row, styles.get(bar.kind, "")) for row, bar in zip(rows, view.bars, strict=True)]
    refused = (
        [(words("Nothing was attributed: {why}", why=ledger.refused), "yellow")] if ledger.refused else []
    )
    return [("", ""), (title, "underline"), *refused, *drawn]


def _fixes_that_fit(page: Page, words: Words, width: int, room: int) -> list[tuple[str, str]]:
    """The fixes with as many of their commands as the ledgers leave room for, at least the first one's."""
    for commands in range(FIRST_FIXES, 1, -1):
        lines = _fixes(page, words, width, commands)
        if len(lines) <= room:
            return lines
    return _fixes(page, words, width, 1)


def _fixes(page: Page, words: Words, width: int, commands: int) -> list[tuple[str, str]]:
    fixes = page.report.fixes[:FIRST_FIXES]
    if not fixes:
        return [("", ""), (words("No fix is advised: no cause was confirmed."), "dim")]
    out = [("", ""), (words("What to do first"), "underline")]
    for number, fix in enumerate(fixes, 1):
        out.append((f"{number}. {one_line(fix.title)}: {one_line(fix.expected_gain)}", "bold"))
        if fix.verify_command and number <= commands:
            out += [(line, "dim") for line in _command(fix.verify_command, width)]
    return out


def _command(command: str, width: int) -> list[str]:
    """A command on as few lines as it needs, broken so that it can still be copied."""
    lines = textwrap.wrap(one_line(command), width - 6, break_long_words=False, break_on_hyphens=False)
    return [f"   {line}" + (" \\" if i < len(lines) else "") for i, line in enumerate(lines, 1)]


def _wrapped(text: str, width: int, *, most: int) -> list[str]:
    lines = textwrap.wrap(one_line(text), width) or [""]
    if any(columns(line) > width for line in lines):
        lines = textwrap.wrap(one_line(text), width // 2)
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][: width - 2] + " …"]


def _shown(text: str, width: int, *, unicode: bool) -> str:
    """Within the width, and without characters that the terminal cannot show."""
    if not unicode:
        plain = {numbers.MINUS: "-", numbers.NARROW: " ", "×": "x", "…": "...", "–": "-", "÷": "/", "→": "->"}
        for sign, instead in plain.items():
            text = text.replace(sign, instead)
        text = text.encode("ascii", "replace").decode()
    return fitted_end(text, width, unicode=unicode)


def fitted_end(text: str, width: int, *, unicode: bool) -> str:
    """Cut to the width where it is longer; leading spaces stay."""
    if columns(text) <= width:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return indent + fitted(text, width - len(indent), unicode=unicode).rstrip()
