"""A diagnosis arranged for its page: what the evidence shows, what it excludes, what would decide."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.forecast import Expectation, expectations, kernel_sources
from doctor.reporting.views.rates import RateRow, figure_rows
from doctor.reporting.views.waterfall import first_screen, waterfall
from doctor.schema.accounting import Accounting
from doctor.schema.diagnosis import RankedFinding
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.prediction import Forecast
from doctor.schema.rates import Counts, Interval

FIRST = 3
"""Candidates whose remedy stands on the first screen."""


@dataclass(frozen=True)
class DiagnosisPage:
    """The arranged report."""

    report: DiagnosisReport
    accounting: Accounting | None
    rates: tuple[RateRow, ...]
    falls: tuple[Waterfall, ...]
    command: str

    @property
    def forecast(self) -> Forecast | None:
        """What the performance model expects."""
        return self.report.diagnosis.forecast

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """Its predictions."""
        return expectations(self.report.diagnosis.forecast)

    @property
    def kernel_sources(self) -> tuple[str, ...]:
        """Where their kernel times come from, each once."""
        return kernel_sources(self.expectations)

    @property
    def chosen(self) -> Counts | None:
        """The reading of the observed figure that is used further."""
        return self.accounting.chosen if self.accounting else None

    @property
    def first(self) -> tuple[RankedFinding, ...]:
        """The first candidates for which there is something to do."""
        return tuple(item for item in self.report.diagnosis.candidates if item.finding.remedy)[:FIRST]


def diagnosis_page(report: DiagnosisReport) -> DiagnosisPage:
    """Arrange a diagnosis."""
    accounting = report.diagnosis.accounting
    counting = counting_ledger(accounting) if accounting else None
    ledgers = [ledger for ledger in (counting, report.diagnosis.ledger) if ledger is not None]
    return DiagnosisPage(
        report=report,
        accounting=accounting,
        rates=figure_rows(accounting) if accounting else (),
        falls=first_screen([waterfall(ledger, accounting) for ledger in ledgers]),
        command=shlex.join(report.provenance.command),
    )


def counting_ledger(accounting: Accounting) -> Ledger | None:
    """From the printed figure to the observed one: what is only counting, and a rest that nothing measured.

    None where no observed figure was read. Raises nothing: the three parts are the record's own.
    """
    counts, remaining = accounting.chosen, accounting.remaining_gap_tokens_per_s
    if counts is None or accounting.observed_value is None or remaining is None:
        return None
    counting = accounting.accounting_tokens_per_s or 0.0
    lines = [
        LedgerLine(
            id="unexplained",
            kind="unexplained",
            title="Not measured; the causes below are what may be in it",
            tokens_per_s=Interval(estimate=remaining),
            basis="computed",
        )
    ]
    if counting:
        title = (
            "Prompt tokens, counted too"
            if accounting.published_counts == "total"
            else "Prompt tokens, not counted"
        )
        lines.insert(
            0,
            LedgerLine(
                id="accounting",
                kind="accounting",
                title=title,
                tokens_per_s=Interval(estimate=counting),
                basis="computed",
            ),
        )
    return Ledger(
        title="From the published figure to yours",
        basis="computed",
        counts=counts,
        start_title="As printed",
        start_tokens_per_s=accounting.published_value,
        end_title="Observed",
        end_tokens_per_s=accounting.observed_value,
        lines=tuple(lines),
        method="arithmetic on the figures; nothing was run",
    )
