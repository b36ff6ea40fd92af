"""Every run as one row: what was asked, what was delivered, how long it took."""

from __future__ import annotations

from dataclasses import dataclass

from doctor.schema.rates import Rates
from doctor.schema.report import Report
from doctor.schema.run import Run


@dataclass(frozen=True)
class RunRow:
    """One run with the totals of its raw values. ``rates`` is None where it did not finish."""

    run: Run
    title: str
    requests: int
    prompt_lengths: tuple[int, int] | None
    output_lengths: tuple[int, int] | None
    rates: Rates | None
    peak_running: int | None
    peak_kv: float | None


def run_rows(report: Report) -> tuple[RunRow, ...]:
    """All runs in the order in which they were made."""
    titles = {arm.id: arm.title for arm in report.plan.arms} if report.plan else {}
    ordered = sorted(report.runs, key=lambda run: run.position)
    return tuple(_row(run, titles.get(run.arm, run.arm)) for run in ordered)


def _row(run: Run, title: str) -> RunRow:
    running = [s.running for s in run.engine_samples if s.running is not None]
    usage = [s.kv_cache_usage for s in run.engine_samples if s.kv_cache_usage is not None]
    return RunRow(
        run=run,
        title=title,
        requests=len(run.output_tokens),
        prompt_lengths=_span(run.prompt_tokens),
        output_lengths=_span(run.output_tokens),
        rates=_rates(run),
        peak_running=max(running, default=None),
        peak_kv=max(usage, default=None),
    )


def _span(values: tuple[int, ...]) -> tuple[int, int] | None:
    return (min(values), max(values)) if values else None


def _rates(run: Run) -> Rates | None:
    if not run.wall_s or not run.output_tokens:
        return None
    output, prompt = sum(run.output_tokens), sum(run.prompt_tokens)
    return Rates(
        requests_per_s=len(run.output_tokens) / run.wall_s,
        output_tokens_per_s=output / run.wall_s,
        total_tokens_per_s=(output + prompt) / run.wall_s,
    )
