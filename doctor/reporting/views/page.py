"""Everything that a page shows, arranged once."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass

from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.causes import findings_by_status
from doctor.reporting.views.checks import Checks, checks_of
from doctor.reporting.views.concurrency import Concurrency, concurrency_of
from doctor.reporting.views.dots import DotPlot, dot_plot
from doctor.reporting.views.environment import Fact, engine_facts, gpu_facts, machine_facts
from doctor.reporting.views.forecast import Expectation, expectations, kernel_sources
from doctor.reporting.views.omissions import Omitted, omitted
from doctor.reporting.views.rates import RateRow, rate_rows
from doctor.reporting.views.runs import RunRow, run_rows
from doctor.reporting.views.series import RunSeries, series_of
from doctor.reporting.views.waterfall import first_screen, waterfall
from doctor.schema.accounting import Accounting
from doctor.schema.environment import Gpu
from doctor.schema.finding import Finding, FindingStatus
from doctor.schema.ledger import Ledger
from doctor.schema.prediction import Forecast
from doctor.schema.rates import Counts
from doctor.schema.record import Record
from doctor.schema.report import Report

FIRST_FIXES = 3


@dataclass(frozen=True)
class Page:
    """The arranged report."""

    report: Report
    rates: tuple[RateRow, ...]
    falls: tuple[Waterfall, ...]
    dots: DotPlot | None
    concurrency: Concurrency
    series: tuple[RunSeries, ...]
    findings: tuple[tuple[FindingStatus, tuple[Finding, ...]], ...]
    checks: Checks
    machine: tuple[Fact, ...]
    gpus: tuple[tuple[Gpu, tuple[Fact, ...]], ...]
    engines: tuple[tuple[str, tuple[Fact, ...]], ...]
    runs: tuple[RunRow, ...]
    omissions: tuple[Omitted, ...]
    command: str
    hashes: tuple[tuple[str, str], ...]
    on_replica: bool

    @property
    def forecast(self) -> Forecast | None:
        """What the performance model expects."""
        return self.report.forecast

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """Its predictions."""
        return expectations(self.report.forecast)

    @property
    def kernel_sources(self) -> tuple[str, ...]:
        """Where their kernel times come from, each once."""
        return kernel_sources(self.expectations)

    @property
    def accounting(self) -> Accounting:
        """What both figures count."""
        return self.report.accounting

    @property
    def chosen(self) -> Counts | None:
        """The reading of the observed figure that is used further."""
        return self.report.accounting.chosen

    @property
    def front_falls(self) -> tuple[Waterfall, ...]:
        """The ledgers of the first screen."""
        return first_screen(self.falls)

    def factor_title(self, factor: str) -> str:
        """A factor's title; its id where the plan does not name it."""
        factors = self.report.plan.factors if self.report.plan else ()
        return next((f.title for f in factors if f.id == factor), factor)

    def factor_titles(self, ledger: Ledger, factors: tuple[str, ...]) -> tuple[str, ...]:
        """The titles under which the ledger lists these factors."""
        lines = {line.id: line.title for line in ledger.lines}
        return tuple(lines.get(factor) or self.factor_title(factor) for factor in factors)


def page_of(report: Report) -> Page:
    """Arrange a report."""
    return Page(
        report=report,
        rates=rate_rows(report),
        falls=tuple(waterfall(ledger, report.accounting) for ledger in report.ledgers),
        dots=dot_plot(report),
        concurrency=concurrency_of(report),
        series=series_of(report),
        findings=findings_by_status(report),
        checks=checks_of(report.checks),
        machine=machine_facts(report.environment),
        gpus=tuple((gpu, gpu_facts(gpu)) for gpu in report.environment.gpus),
        engines=engine_facts(report),
        runs=run_rows(report),
        omissions=omitted(report),
        command=shlex.join(report.provenance.command),
        hashes=hashes_of(report),
        on_replica=is_on_replica(report),
    )


def hashes_of(report: Report) -> tuple[tuple[str, str], ...]:
    """SHA-256 of what fixes the check: the reference run, and the plan with arms, seed and order."""
    fixed: list[tuple[str, Record]] = [("Reference run, SHA-256", report.reference)]
    if report.plan is not None:
        bare = report.plan.model_copy(update={"omissions": ()})
        fixed.append(("Plan, SHA-256", bare))
    return tuple((name, hashlib.sha256(one.model_dump_json().encode()).hexdigest()) for name, one in fixed)


def is_on_replica(report: Report) -> bool:
    """Whether anything here was measured on a stand-in for the published setup."""
    planned = report.plan is not None and report.plan.replica is not None
    return planned or any(ledger.basis == "replica" for ledger in report.ledgers)
