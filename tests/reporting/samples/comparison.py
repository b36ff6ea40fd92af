"""Three checks side by side, compared by the comparison itself: one slower, one not shown to differ."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from doctor.comparison.compare import Tools, compare
from doctor.planning.difference import differences
from doctor.schema.comparison import ComparisonReport
from doctor.schema.rates import Interval, Rates
from doctor.schema.report import Provenance, Report
from doctor.statistics.between import ratio_between, relative_ratio_between
from tests.reporting.samples.cpu_replica import cpu_replica
from tests.reporting.samples.hostile import LONG, SCRIPT

_Rates = TypeVar("_Rates", Rates, Interval)

TOOLS = Tools(
    ratio_between, relative_ratio_between, lambda one, other: differences(one, other, lambda _: None)
)
PROVENANCE = Provenance(
    qdoctor_version="0.1.0",
    created_at="2026-06-01T12:00:00+00:00",
    command=("qdoctor", "report", "compare", "before", "after", "again", "--fail-if-slower", "5%"),
)


@cache
def comparison() -> ComparisonReport:
    """Before, after something made every run take half as long again, and before once more."""
    before = cpu_replica()
    slow = slowed(before, 1.5)
    sides = [("before", before), ("after", slow), ("again", slowed(before, 1.004))]
    return compare(sides, TOOLS, PROVENANCE, limit=0.05)


def hostile_comparison() -> ComparisonReport:
    """The same with names that want to break out."""
    told = comparison()
    sides = tuple(
        side.model_copy(update={"name": f"{SCRIPT}{LONG}", "engine": SCRIPT, "device": SCRIPT})
        for side in told.sides
    )
    return told.model_copy(update={"sides": sides, "warnings": (SCRIPT,)})


def slowed(report: Report, times: float) -> Report:
    """The check with every run's wall time so many times as long, on a machine with one more core."""
    runs = tuple(
        run.model_copy(update={"wall_s": run.wall_s * times if run.wall_s else None}) for run in report.runs
    )
    measurements = tuple(
        one.model_copy(
            update={
                "rates": _scaled(one.rates, times),
                "output_tokens_per_s": _scaled(one.output_tokens_per_s, times),
            }
        )
        for one in report.measurements
    )
    environment = report.environment.model_copy(update={"cpus_usable": report.environment.cpus_usable + 1})
    return report.model_copy(update={"runs": runs, "measurements": measurements, "environment": environment})


def _scaled(record: _Rates | None, times: float) -> _Rates | None:
    if record is None:
        return None
    slower = {name: value / times for name, value in record if name != "level" and isinstance(value, float)}
    return record.model_copy(update=slower)
