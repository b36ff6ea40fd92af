"""A check's runs for other tools. Only what was measured is exported, with what it stands on."""

from doctor.reporting.export.benchmark_report import benchmark_reports
from doctor.reporting.export.runs_csv import runs_csv

__all__ = ["benchmark_reports", "runs_csv"]
