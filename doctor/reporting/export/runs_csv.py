"""One line a run, as a CSV (RFC 4180) that spreadsheets and data frames read."""

from __future__ import annotations

import csv
import io

from doctor.reporting.views.runs import RunRow, run_rows
from doctor.schema.report import Report

_COLUMNS = (
    "position", "arm", "arm_title", "role", "basis", "repeat", "engine_start", "status", "reason",
    "started_at", "wall_s", "requests", "prompt_tokens", "output_tokens", "requests_per_s",
    "output_tokens_per_s", "total_tokens_per_s", "preemptions", "peak_running", "peak_kv_cache_usage",
    "vllm_version", "max_concurrency", "input_len", "output_len", "num_prompts",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def runs_csv(report: Report) -> str:
    """Every run, also those that failed; what is not known is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in run_rows(report):
        writer.writerow([_cell(value) for value in _values(row, report)])
    return out.getvalue()


def _values(row: RunRow, report: Report) -> tuple[object, ...]:
    run, rates = row.run, row.rates
    arm = next((arm for arm in report.plan.arms if arm.id == run.arm), None) if report.plan else None
    workload = arm.setup.workload if arm else None
    return (
        run.position, run.arm, row.title, arm.role if arm else None, basis_of(report), run.repeat,
        run.engine_start, run.status, run.reason, run.started_at, run.wall_s, row.requests,
        sum(run.prompt_tokens), sum(run.output_tokens),
        rates.requests_per_s if rates else None,
        rates.output_tokens_per_s if rates else None,
        rates.total_tokens_per_s if rates else None,
        run.preemptions, row.peak_running, row.peak_kv,
        run.engine.vllm_version if run.engine else None,
        workload.max_concurrency if workload else None,
        workload.input_len if workload else None,
        workload.output_len if workload else None,
        workload.num_prompts if workload else None,
    )  # fmt: skip


def basis_of(report: Report) -> str:
    """What the runs stand on: the published setup itself, or a replica of it."""
    return "replica" if report.plan and report.plan.replica else "measured"


def _cell(value: object) -> object:
    """Texts that a spreadsheet would run as a formula are made plain text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
