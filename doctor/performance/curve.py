"""Throughput and latency over concurrency, the knee, and an operating point under a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctor.performance.case import Case, run_case
from doctor.performance.schedule import Job
from doctor.performance.timing import request_times
from doctor.schema.prediction import CurvePoint

_WAVES = 3
"""Requests per point over its concurrency: enough for the plateau to outweigh ramp and tail."""
_KNEE_GAIN = 1.25
"""The knee is where doubling the concurrency brings less than this factor."""


def concurrency_curve(case: Case) -> tuple[CurvePoint, ...]:
    """One point per doubling, up to what the engine would run at once."""
    first = case.jobs[0]
    seats = min(case.engine.max_num_seqs, max(1, case.kv_cache_tokens // max(1, first.prompt_tokens)))
    points, concurrency = [], 1
    while concurrency <= seats:
        points.append(_point(case, first, concurrency))
        concurrency *= 2
    return tuple(points)


def _point(case: Case, job: Job, concurrency: int) -> CurvePoint:
    jobs = (replace(job, arrival_s=0.0),) * (_WAVES * concurrency)
    paced = replace(case, jobs=jobs, timed_arrivals=False)
    run = run_case(paced, max_concurrency=concurrency)
    ttft, tpot = request_times(run)
    output = sum(j.output_tokens for j in jobs) / run.duration_s
    prompt = sum(j.prompt_tokens for j in jobs) / run.duration_s
    return CurvePoint(
        concurrency=concurrency,
        output_tokens_per_s=output,
        total_tokens_per_s=output + prompt,
        mean_tpot_s=float(tpot.mean()),
        mean_ttft_s=float(ttft.mean()),
    )


def knee(curve: Sequence[CurvePoint]) -> int | None:
    """The concurrency beyond which a doubling no longer pays."""
    for low, high in pairwise(curve):
        if high.output_tokens_per_s < _KNEE_GAIN * low.output_tokens_per_s:
            return low.concurrency
    return curve[-1].concurrency if curve else None


def operating_point(
    curve: Sequence[CurvePoint], *, max_tpot_s: float | None = None, max_ttft_s: float | None = None
) -> CurvePoint | None:
    """The point of highest output rate that keeps both bounds; None where none does."""
    kept = [
        point
        for point in curve
        if (max_tpot_s is None or point.mean_tpot_s <= max_tpot_s)
        and (max_ttft_s is None or point.mean_ttft_s <= max_ttft_s)
    ]
    return max(kept, key=lambda point: point.output_tokens_per_s, default=None)
