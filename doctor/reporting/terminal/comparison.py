"""The summary of a comparison: the sentence, the checks, what differs between them."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.reporting import numbers
from doctor.reporting.escape import one_line
from doctor.reporting.language import Words
from doctor.reporting.terminal.lines import ROOM, Line, wrapped
from doctor.reporting.text_waterfall import ASCII_MARKS, MARKS, basis_words, columns, fitted
from doctor.reporting.views.comparison import SideRow, compared_sentence, comparison_page
from doctor.schema.comparison import ComparisonReport, Row
from doctor.schema.setup import Scalar


def comparison_lines(report: ComparisonReport, words: Words, width: int, *, unicode: bool) -> list[Line]:
    """The lines with their styles, at most :data:`ROOM`; rows of what differs give way first."""
    page = comparison_page(report)
    style = "bold red" if report.exit_code else "bold"
    lines: list[Line] = [
        (line, style) for line in wrapped(" ".join(compared_sentence(report, words)), width, most=5)
    ]
    basis = report.sides[0].basis
    mark = (MARKS if unicode else ASCII_MARKS)[basis]
    title = (
        f"{words('The checks side by side')} ({words('output tok/s')}, {mark} {basis_words(basis, words)})"
    )
    lines += [
        ("", ""),
        (title, "underline"),
        *((line, "") for line in _sides(page.rows, width, unicode=unicode)),
    ]
    differing = [*report.settings, *report.environment]
    room = ROOM - len(lines) - 2
    if not differing or room < 1:
        return lines
    lines += [("", ""), (words("What differs"), "underline")]
    kept = differing if len(differing) <= room else differing[: room - 1]
    lines += [(_row(row, words), "") for row in kept]
    if len(kept) < len(differing):
        lines.append((words("  and {n} more; the report lists them.", n=len(differing) - len(kept)), "dim"))
    return lines


def _sides(rows: Sequence[SideRow], width: int, *, unicode: bool) -> list[str]:
    """Label, name, rate with its interval, ratio with its interval; in columns."""
    cells = [
        (
            numbers.rate(row.side.rates.output_tokens_per_s, aligned=True),
            numbers.bounds(row.side.output_tokens_per_s),
            numbers.ratio(row.ratio.estimate) if row.ratio else "",
            numbers.ratio_bounds(row.ratio) if row.ratio else "",
        )
        for row in rows
    ]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    tails = ["  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True) if w) for line in cells]
    room = max(8, width - 4 - max(map(columns, tails)))
    names = [fitted(row.side.name, room, unicode=unicode) for row in rows]
    return [
        f"{row.side.label} {name}  {tail}".rstrip()
        for row, name, tail in zip(rows, names, tails, strict=True)
    ]


def _row(row: Row, words: Words) -> str:
    values = " / ".join(_value(value, words) for value in row.values)
    return f"  {one_line(f'{row.what}: {values}')}"


def _value(value: Scalar, words: Words) -> str:
    return words("not set") if value is None else numbers.scalar(value)
