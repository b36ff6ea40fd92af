"""Throughput and latency over concurrency, the knee, and an operating point under a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np

from doctor.performance.case import Case, run_case
from doctor.performance.timing import request_times, split_of
from doctor.performance.uncertainty import Elasticity, duration_factors, rate_interval
from doctor.schema.prediction import CurvePoint

_WAVES = 3
"""Requests per point over its concurrency: enough for the plateau to outweigh ramp and tail."""
_KNEE_GAIN = 1.25
"""The knee is where doubling the concurrency brings less than this factor."""
_SAMPLES = 400


def concurrency_curve(case: Case) -> tuple[CurvePoint, ...]:
    """One point per doubling, up to what the engine would run at once, and that one."""
    most = most_at_once(case)
    doublings = [1 << power for power in range(most.bit_length())]
    return tuple(point_at(case, concurrency) for concurrency in dict.fromkeys([*doublings, most]))


def most_at_once(case: Case) -> int:
    """Requests that the engine would hold at once: seats, and KV memory for their prompts."""
    first = case.jobs[0]
    return min(case.engine.max_num_seqs, max(1, case.kv_cache_tokens // max(1, first.prompt_tokens)))


def point_at(case: Case, concurrency: int) -> CurvePoint:
    """So many requests in flight, like the case's first one."""
    job = replace(case.jobs[0], arrival_s=0.0)
    jobs = (job,) * (_WAVES * concurrency)
    paced = replace(case, jobs=jobs, timed_arrivals=False)
    run = run_case(paced, max_concurrency=concurrency)
    ttft, tpot = request_times(run)
    factors = duration_factors(run, case.steps, Elasticity(), samples=_SAMPLES, seed=0)
    interval = partial(rate_interval, factors=factors, method=f"Monte Carlo, {case.device.kernels.basis}")
    output = job.output_tokens * len(jobs) / run.duration_s
    prompt = job.prompt_tokens * len(jobs) / run.duration_s
    seconds = run.step_s * run.count
    return CurvePoint(
        concurrency=concurrency,
        output_tokens_per_s=interval(output),
        total_tokens_per_s=interval(output + prompt),
        mean_tpot_s=float(tpot.mean()),
        mean_ttft_s=float(ttft.mean()),
        mean_running=float(np.asarray(run.schedule.steps.running) @ seconds / run.duration_s),
        preemptions=run.schedule.preemptions,
        mean_step_s=run.mean_step_s,
        components=split_of(run),
    )


def knee(curve: Sequence[CurvePoint]) -> int | None:
    """The concurrency beyond which a doubling no longer pays."""
    for low, high in pairwise(curve):
        doublings = np.log2(high.concurrency / low.concurrency)
        gain = high.output_tokens_per_s.estimate / low.output_tokens_per_s.estimate
        if gain < _KNEE_GAIN**doublings:
            return low.concurrency
    return curve[-1].concurrency if curve else None


def operating_point(
    case: Case,
    curve: Sequence[CurvePoint],
    *,
    max_tpot_s: float | None = None,
    max_ttft_s: float | None = None,
) -> CurvePoint | None:
    """The point of highest rate that keeps both bounds; None where a single request does not.

    Between the last point of the curve that keeps them and the next the concurrency is found by
    halving, since latency grows with it. The rate need not: beyond what fits, some wait.
    """
    if max_tpot_s is None and max_ttft_s is None:
        return max(curve, key=_rate, default=None)

    def keeps(point: CurvePoint) -> bool:
        tpot_kept = max_tpot_s is None or point.mean_tpot_s <= max_tpot_s
        return tpot_kept and (max_ttft_s is None or point.mean_ttft_s <= max_ttft_s)

    kept = [point for point in curve if keeps(point)]
    if not kept:
        return None
    last = kept[-1]
    beyond = min((p.concurrency for p in curve if p.concurrency > last.concurrency), default=None)
    while beyond is not None and beyond - last.concurrency > 1:
        between = point_at(case, (last.concurrency + beyond) // 2)
        if keeps(between):
            last = between
            kept.append(between)
        else:
            beyond = between.concurrency
    return max(kept, key=_rate)


def _rate(point: CurvePoint) -> float:
    return point.output_tokens_per_s.estimate
