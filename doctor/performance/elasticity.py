"""How a run's duration answers to what its fixed schedule cannot show: KV memory, arrivals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doctor.performance.case import Case
from doctor.performance.replay import replay
from doctor.performance.step_time import Batches
from doctor.performance.timing import TimedRun, step_clock, time_run
from doctor.performance.uncertainty import Elasticity

_KV_STEP = 0.92
_TIME_STEP = 1.15


def elasticity(case: Case, run: TimedRun) -> Elasticity:
    """The duration's elasticities at this run."""
    full = run.schedule.peak_blocks > 0.9 * case.rules.num_gpu_blocks
    kv = _kv_elasticity(case, run) if full and not case.kv_given else 0.0
    if not case.timed_arrivals:
        return Elasticity(kv)
    clock = step_clock(case.steps)

    def slower(
        decodes: int, context: int, longest: int, chunks: Sequence[tuple[int, int]]
    ) -> tuple[float, float]:
        first, growth = clock(decodes, context, longest, chunks)
        return first * _TIME_STEP, growth * _TIME_STEP

    schedule = replay(
        case.rules, case.jobs, max_concurrency=case.setup.workload.max_concurrency, clock=slower
    )
    busy = time_run(schedule, case.steps)
    assert schedule.start_s is not None
    end = float(schedule.start_s[-1]) + float(busy.step_s[-1] * busy.count[-1])
    return Elasticity(kv, float(np.clip(np.log(end / run.duration_s) / np.log(_TIME_STEP), 0.0, 1.0)))


def _kv_elasticity(case: Case, run: TimedRun) -> float:
    """d ln(duration) / d ln(KV cache) while the cache is full: fewer requests share each step.

    Output tokens per second are n / t(n) with n in proportion to the cache, taken at the run's
    mean batch and context; steps with prompts are left as they are.
    """
    schedule = run.schedule.steps
    decodes, seconds = np.asarray(schedule.decodes, dtype=np.float64), run.step_s * run.count
    weight = decodes * run.count
    if not weight.any():
        return 0.0
    n = float(decodes @ weight / weight.sum())
    per_request = float(np.asarray(schedule.context) @ weight / (decodes @ weight))
    ends = np.asarray([n, n * _KV_STEP])
    zero = np.zeros(2)
    times = sum(case.steps.components(Batches(ends, ends * per_request, zero, zero, zero)).values(), zero)
    alone = float(seconds[run.batches.prefill == 0].sum()) / run.duration_s
    return -alone * (1.0 - float(np.log(times[1] / times[0]) / np.log(_KV_STEP)))
