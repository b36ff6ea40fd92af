"""A comparison arranged for its page: sides in a table, ratios as dots."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass

from doctor.reporting import numbers
from doctor.reporting.language import Message
from doctor.reporting.views.dots import Dot, DotGroup, DotPlot, placed
from doctor.schema.comparison import ComparisonReport, RateComparison, Shown, Side
from doctor.schema.rates import Interval


@dataclass(frozen=True)
class SideRow:
    """One side with its ratio to the first; the first has none."""

    side: Side
    ratio: Interval | None = None
    shown: Shown | None = None
    gate: str = ""


@dataclass(frozen=True)
class ComparisonPage:
    """The arranged report."""

    report: ComparisonReport
    rows: tuple[SideRow, ...]
    plot: DotPlot
    command: str

    @property
    def limit(self) -> str:
        """The limit that was set, as a percentage."""
        return _limit(self.report)

    @property
    def on_replica(self) -> bool:
        """Whether the sides were measured on stand-ins for the published setup."""
        return self.report.sides[0].basis == "replica"


def comparison_page(report: ComparisonReport) -> ComparisonPage:
    """Arrange a comparison."""
    return ComparisonPage(
        report=report, rows=_rows(report), plot=_plot(report), command=shlex.join(report.provenance.command)
    )


def compared_sentence(report: ComparisonReport, words: Message) -> list[str]:
    """What was shown, one sentence per side after the first, and how it stands to the limit."""
    told = [_sentence(row, report.sides[0], words) for row in _rows(report)[1:]]
    if report.gate is None:
        return told
    return [*told, _gate_sentence(report, _limit(report), words)]


def _sentence(row: SideRow, first: Side, words: Message) -> str:
    values = {"side": row.side.label, "first": first.label}
    if row.ratio is None:
        return words("{side} cannot be held against {first}: one of them has no valid run.", **values)
    figure = numbers.ratio(row.ratio.estimate)
    span = numbers.ratio_bounds(row.ratio)
    values |= {"ratio": f"{figure} {span}".strip(), "change": numbers.percent(abs(row.ratio.estimate - 1))}
    if row.shown == "slower":
        return words("{side} is {change} slower than {first}: {ratio} of its output rate.", **values)
    if row.shown == "faster":
        return words("{side} is {change} faster than {first}: {ratio} of its output rate.", **values)
    if row.shown == "inconclusive":
        return words(
            "Whether {side} differs from {first} cannot be said: {ratio}, without an interval.", **values
        )
    return words("No difference is shown between {first} and {side}: {ratio}.", **values)


def _gate_sentence(report: ComparisonReport, limit: str, words: Message) -> str:
    outcomes = report.gate.outcomes if report.gate else ()
    if "failed" in outcomes:
        return words("The limit of {limit} slower is exceeded.", limit=limit)
    if "undecided" in outcomes:
        return words(
            "Whether the limit of {limit} slower is exceeded cannot be said from these runs.", limit=limit
        )
    return words("The limit of {limit} slower is kept.", limit=limit)


def _limit(report: ComparisonReport) -> str:
    """The limit as a percentage, with a decimal only where it has one."""
    fraction = report.gate.fraction if report.gate else 0.0
    return numbers.percent(fraction, 0 if math.isclose(100 * fraction, round(100 * fraction)) else 1)


def _rows(report: ComparisonReport) -> tuple[SideRow, ...]:
    outcomes = report.gate.outcomes if report.gate else ("",) * (len(report.sides) - 1)
    others = zip(report.sides[1:], report.main.ratios, report.main.shown, outcomes, strict=True)
    return (SideRow(report.sides[0]), *(SideRow(*one) for one in others))


def _plot(report: ComparisonReport) -> DotPlot:
    """One group per side after the first: its main arm, the same over the reference arm, further arms."""
    compared = [report.main, *([report.relative] if report.relative else []), *report.arms]
    groups = [
        DotGroup(
            family=f"{side.label} : {report.sides[0].label}",
            dots=tuple(_dot(one, place, side) for one in compared if one.ratios[place] is not None),
        )
        for place, side in enumerate(report.sides[1:])
    ]
    return placed(groups)


def _dot(one: RateComparison, place: int, side: Side) -> Dot:
    return Dot(
        arm=one.title,
        title=one.title,
        basis=side.basis,
        ratio=one.ratios[place],
        output=one.rates[place + 1] if one.counts == "output tokens" else None,
        reason="",
        stability="",
    )
