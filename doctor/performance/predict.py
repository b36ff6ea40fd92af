"""``predict``: what a setup should reach on a device. See docs/performance-model.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doctor.performance.case import Case, prepare, run_case
from doctor.performance.caveats import caveats_of
from doctor.performance.elasticity import elasticity
from doctor.performance.engine_profile import Usage
from doctor.performance.jobs import rates_of
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.limits import limit_s, queue_limit, resource
from doctor.performance.memory import sequences_that_fit
from doctor.performance.roofline import Floats
from doctor.performance.schedule import Job
from doctor.performance.timing import TimedRun, request_times, split_of
from doctor.performance.uncertainty import duration_factors, rate_interval
from doctor.schema.prediction import PredictedMemory, Prediction
from doctor.schema.rates import Interval
from doctor.schema.setup import Scalar, Setup


@dataclass(frozen=True)
class Outcome:
    """A case that was replayed and timed, with draws of its duration over the predicted one."""

    case: Case
    run: TimedRun
    factors: Floats


def predict(
    setup: Setup,
    gpu: str | None = None,
    *,
    calibration: KernelTable | None = None,
    kv_cache_tokens: int | None = None,
    jobs: Sequence[Job] | None = None,
    usage: Usage | None = None,
    flashinfer: bool | None = None,
) -> Prediction:
    """Predict the setup's rates on a GPU, or on the machine that ``calibration`` was measured on.

    ``kv_cache_tokens`` is what the engine's log says; without it the cache is computed from the
    device's memory. ``jobs`` replaces the workload's equal requests by others, with arrival
    times. ``flashinfer``: whether the engine samples with it; None: its version's default. The
    same call gives the same figures.
    """
    case = prepare(
        setup,
        gpu,
        calibration=calibration,
        kv_cache_tokens=kv_cache_tokens,
        jobs=jobs,
        usage=usage,
        flashinfer=flashinfer,
    )
    return prediction_of(outcome_of(case))


def outcome_of(case: Case, *, samples: int = 2000, seed: int = 0) -> Outcome:
    """Replay and time a case. Cases of one kernel basis and ``seed`` share their random draws."""
    run = run_case(case)
    factors = duration_factors(run, case.steps, elasticity(case, run), samples=samples, seed=seed)
    return Outcome(case, run, factors)


def prediction_of(outcome: Outcome) -> Prediction:
    """The record of an outcome."""
    case, run = outcome.case, outcome.run
    schedule, duration = run.schedule, run.duration_s
    rates = rates_of(case.jobs, duration, case.setup.sampling.n)
    ttft, tpot = request_times(run)
    dtype = case.steps.linear_dtype
    longest = max(job.prompt_tokens + job.output_tokens for job in case.jobs)
    limit = limit_s(run, case.steps, case.budget.kv_bytes_per_token, dtype)
    computed = sum(schedule.steps.chunk_new)
    prompts = sum(job.prompt_tokens for job in case.jobs)

    def interval(rate: float) -> Interval:
        return rate_interval(rate, outcome.factors, f"Monte Carlo, {case.device.kernels.basis}")

    return Prediction(
        model=case.setup.model.name,
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
        steps=run.steps,
        mean_step_s=run.mean_step_s,
        components=split_of(run),
        resource=resource(run, case.steps, dtype),
        queue_limit=queue_limit(run, case.rules),
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


def _memory(case: Case) -> PredictedMemory:
    budget = case.budget
    return PredictedMemory(
        total=case.device.memory_bytes,
        weights=budget.weights,
        activations=budget.activations,
        outside_torch=budget.outside_torch,
        graphs=budget.graphs,
        kv_cache=case.kv_cache_tokens * budget.kv_bytes_per_token,
        kv_bytes_per_token=budget.kv_bytes_per_token,
    )


def _settings(case: Case) -> dict[str, Scalar]:
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
