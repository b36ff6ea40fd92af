"""The summary of a comparison: the sentence, the checks, what differs between them."""

from __future__ import annotations

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
        *((_side(row, width, unicode=unicode), "") for row in page.rows),
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


def _side(row: SideRow, width: int, *, unicode: bool) -> str:
    side = row.side
    ratio = f"  {numbers.ratio(row.ratio.estimate)} {numbers.ratio_bounds(row.ratio)}" if row.ratio else ""
    rate = f"{numbers.rate(side.rates.output_tokens_per_s)} {numbers.bounds(side.output_tokens_per_s)}"
    tail = f"{rate}{ratio}".rstrip()
    name = fitted(side.name, max(8, width - 4 - columns(tail)), unicode=unicode)
    return f"{side.label} {name} {tail}"


def _row(row: Row, words: Words) -> str:
    values = " / ".join(_value(value, words) for value in row.values)
    return f"  {one_line(f'{row.what}: {values}')}"


def _value(value: Scalar, words: Words) -> str:
    return words("not set") if value is None else numbers.scalar(value)
