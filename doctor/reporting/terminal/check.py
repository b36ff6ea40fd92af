"""The summary of a check: verdict, ledger, first three fixes."""

from __future__ import annotations

from doctor.reporting.language import Words
from doctor.reporting.terminal.lines import ROOM, Line, command_lines, wrapped
from doctor.reporting.text_waterfall import ASCII_MARKS, MARKS, basis_words, columns, text_rows
from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.page import FIRST_FIXES, Page, page_of
from doctor.reporting.views.verdict import in_words
from doctor.schema.report import Report

_OUTCOME_STYLE = {
    "gap": "bold red",
    "no gap": "bold green",
    "inconclusive": "bold yellow",
    "failed": "bold red",
}


def check_lines(report: Report, words: Words, width: int, *, unicode: bool) -> list[Line]:
    """The lines with their styles, at most :data:`ROOM`; steps and commands give way first."""
    page = page_of(report)
    head = _verdict(page, words, width)
    blocks = [_ledger(view, words, width, unicode=unicode) for view in page.front_falls]
    fixes = _fixes_that_fit(page, words, width, ROOM - len(head) - sum(map(len, blocks)))
    return [*head, *_ledgers(blocks, words, ROOM - len(head) - len(fixes)), *fixes]


def _verdict(page: Page, words: Words, width: int) -> list[Line]:
    style = _OUTCOME_STYLE[page.report.verdict.outcome]
    own = page.report.verdict.sentence
    told = in_words(own, page.report, words)
    lines = wrapped(told, width, most=5)
    return [(line, style) for line in lines]


def _ledgers(blocks: list[list[Line]], words: Words, room: int) -> list[Line]:
    """As many ledgers as there is room for."""
    out: list[Line] = []
    for block in blocks:
        left = room - len(out)
        if len(block) <= left:
            out += block
        elif left >= 5 and (not out or 3 * left > 2 * len(block)):
            # The first and the last level stay; steps in between give way.
            out += [*block[: left - 2], ("  …", "dim"), block[-1]]
    return out or [
        ("", ""),
        (words("No ledger: nothing was attributed. What is missing is told below."), "dim"),
    ]


def _ledger(view: Waterfall, words: Words, width: int, *, unicode: bool) -> list[Line]:
    ledger = view.ledger
    unit = words("output tok/s") if ledger.counts == "output" else words("total tok/s")
    marks = MARKS if unicode else ASCII_MARKS
    legend = ", ".join([unit, *(f"{marks[basis]} {basis_words(basis, words)}" for basis in view.bases)])
    named = words("Replica, not the published setup") if ledger.basis == "replica" else words(ledger.title)
    title = [(f"{named} ({legend})", "underline")]
    if columns(title[0][0]) > width:
        title = [(named, "underline"), (f"  {legend}", "dim")]
    rows = text_rows(view, width=width, words=words, unicode=unicode)
    styles = {"level": "bold", "unexplained": "yellow", "accounting": "cyan"}
    drawn = [(row, styles.get(bar.kind, "")) for row, bar in zip(rows, view.bars, strict=True)]
    refused = (
        [(words("Nothing was attributed: {why}", why=view.refused_why), "yellow")] if ledger.refused else []
    )
    return [("", ""), *title, *refused, *drawn]


def _fixes_that_fit(page: Page, words: Words, width: int, room: int) -> list[Line]:
    """The fixes with as many of their commands as the ledgers leave room for, at least the first one's."""
    for commands in range(FIRST_FIXES, 1, -1):
        lines = _fixes(page, words, width, commands)
        if len(lines) <= room:
            return lines
    return _fixes(page, words, width, 1)


def _fixes(page: Page, words: Words, width: int, commands: int) -> list[Line]:
    fixes = page.report.fixes[:FIRST_FIXES]
    if not fixes:
        return [("", ""), (words("No fix is advised: no cause was confirmed."), "dim")]
    out = [("", ""), (words("What to do first"), "underline")]
    for number, fix in enumerate(fixes, 1):
        told = f"{number}. {words(fix.title)}: {words(fix.expected_gain)}"
        out += [(line, "bold") for line in wrapped(told, width, most=2, later="   ")]
        if fix.verify_command and number <= commands:
            out += [(line, "dim") for line in command_lines(fix.verify_command, width)]
    return out
