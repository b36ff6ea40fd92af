"""``predict``: what a setup should reach on a device. See docs/performance-model.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doctor.performance.case import Case, prepare, run_case
from doctor.performance.caveats import caveats_of
from doctor.performance.engine_profile import Usage
from doctor.performance.jobs import rates_of
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.limits import limit_s, queue_limit, resource
from doctor.performance.memory import (
    kv_bytes_per_token,
    sequences_that_fit,
)
from doctor.performance.replay import replay
from doctor.performance.schedule import Job
from doctor.performance.step_time import COMPONENTS, Batches
from doctor.performance.timing import TimedRun, request_times, step_clock, time_run
from doctor.performance.uncertainty import Elasticity, duration_factors, rate_interval
from doctor.schema.prediction import Component, PredictedMemory, Prediction
from doctor.schema.rates import Interval
from doctor.schema.setup import Setup

_KV_STEP = 0.92
_TIME_STEP = 1.15


def predict(
    setup: Setup,
    gpu: str | None = None,
    *,
    calibration: KernelTable | None = None,
    kv_cache_tokens: int | None = None,
    jobs: Sequence[Job] | None = None,
    usage: Usage | None = None,
    samples: int = 2000,
    seed: int = 0,
) -> Prediction:
    """Predict the setup's rates on a GPU, or on the machine that ``calibration`` was measured on.

    ``kv_cache_tokens`` is what the engine's log says; without it the cache is computed from the
    device's memory. ``jobs`` replaces the workload's equal requests by others, with arrival
    times. Deterministic for a given ``seed``.
    """
    case = prepare(
        setup, gpu, calibration=calibration, kv_cache_tokens=kv_cache_tokens, jobs=jobs, usage=usage
    )
    run = run_case(case)
    factors = duration_factors(run, case.steps, _elasticity(case, run), samples=samples, seed=seed)
    return _prediction(case, run, factors)


def _elasticity(case: Case, run: TimedRun) -> Elasticity:
    full = run.schedule.peak_blocks > 0.9 * case.rules.num_gpu_blocks
    kv = _kv_elasticity(case, run) if full and not case.kv_given else 0.0
    if not case.timed_arrivals:
        return Elasticity(kv)
    clock = step_clock(case.steps)

    def slower(decodes: int, context: int, chunks: Sequence[tuple[int, int]]) -> tuple[float, float]:
        first, growth = clock(decodes, context, chunks)
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
    alone = float(seconds[run.prefill_tokens == 0].sum()) / run.duration_s
    return -alone * (1.0 - float(np.log(times[1] / times[0]) / np.log(_KV_STEP)))


def _prediction(
    case: Case, run: TimedRun, factors: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Prediction:
    schedule, duration = run.schedule, run.duration_s
    rates = rates_of(case.jobs, duration, case.setup.sampling.n)
    ttft, tpot = request_times(run)
    dtype = case.steps.linear_dtype
    architecture = case.shape.architecture
    per_token = kv_bytes_per_token(
        architecture, kv_cache_dtype=case.setup.engine.kv_cache_dtype, dtype=case.setup.engine.dtype
    )
    longest = max(job.prompt_tokens + job.output_tokens for job in case.jobs)
    limit = limit_s(run, case.steps, per_token, dtype)
    computed = sum(schedule.steps.chunk_new)
    prompts = sum(job.prompt_tokens for job in case.jobs)

    def interval(rate: float) -> Interval:
        return rate_interval(rate, factors, f"Monte Carlo, {case.device.kernels.basis}")

    return Prediction(
        device=case.device.id,
        device_name=case.device.name,
        rates=rates,
        requests_per_s=interval(rates.requests_per_s),
        output_tokens_per_s=interval(rates.output_tokens_per_s),
        total_tokens_per_s=interval(rates.total_tokens_per_s),
        duration_s=duration,
        mean_tpot_s=float(tpot.mean()),
        mean_ttft_s=float(ttft.mean()),
        kernel_basis=case.device.kernels.basis,
        kernel_source=case.device.kernels.source,
        components=_components(run),
        resource=resource(run, case.steps, dtype),
        queue_limit=queue_limit(run, case.engine),
        peak_running=schedule.peak_running,
        mean_running=float(np.asarray(schedule.steps.running) @ (run.step_s * run.count) / duration),
        kv_cache_tokens=case.kv_cache_tokens,
        kv_cache_tokens_given=case.kv_given,
        peak_kv_cache_usage=schedule.peak_blocks / max(1, case.rules.num_gpu_blocks - 1),
        sequences_that_fit=sequences_that_fit(case.kv_cache_tokens, longest, case.rules.block_size),
        preemptions=schedule.preemptions,
        recomputed_tokens=max(0, computed - prompts) if not _shares_prompts(case) else 0,
        limit_output_tokens_per_s=rates.output_tokens_per_s * duration / limit,
        fraction_of_limit=limit / duration,
        memory=_memory(case),
        settings=_settings(case),
        warnings=caveats_of(case.setup, case.engine, case.device, case.rules, kv_given=case.kv_given),
    )


def _shares_prompts(case: Case) -> bool:
    return any(job.shared_tokens for job in case.jobs)


def _components(run: TimedRun) -> tuple[Component, ...]:
    duration = run.duration_s
    parts = [(name, run.component_s(name)) for name in COMPONENTS]
    if run.idle_s:
        parts.append(("waiting for arrivals", run.idle_s))
    return tuple(Component(name=n, seconds=s, fraction=s / duration) for n, s in parts if s > 0)


def _memory(case: Case) -> PredictedMemory | None:
    budget = case.budget
    if budget is None:
        return None
    return PredictedMemory(
        total=case.device.memory_bytes,
        weights=budget.weights,
        activations=budget.activations,
        outside_torch=budget.outside_torch,
        graphs=budget.graphs,
        kv_cache=case.kv_cache_tokens * budget.kv_bytes_per_token,
        kv_bytes_per_token=budget.kv_bytes_per_token,
    )


def _settings(case: Case) -> dict[str, bool | int | float | str | None]:
    engine = case.engine
    return {
        "vllm_version": ".".join(map(str, engine.version)),
        "gpu_memory_utilization": engine.gpu_memory_utilization,
        "num_gpu_blocks": case.rules.num_gpu_blocks,
        "block_size": engine.block_size,
        "max_num_seqs": engine.max_num_seqs,
        "max_num_batched_tokens": engine.max_num_batched_tokens,
        "enable_prefix_caching": engine.enable_prefix_caching,
        "enable_chunked_prefill": engine.enable_chunked_prefill,
        "enforce_eager": engine.enforce_eager,
    }
