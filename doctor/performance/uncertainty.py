"""Intervals of a prediction, by Monte Carlo over what is not known exactly.

Each source of kernel times has a spread per component and one common to the machine. The host's
cost, the KV cache's size where it was computed, and the engine's age where it was not stated are
drawn too. The schedule does not depend on times (all requests at once, or a client that refills),
so it is replayed once and only the component sums are scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doctor.performance.costs import spread_of
from doctor.performance.engine_profile import EngineProfile, host_v0
from doctor.performance.roofline import Floats
from doctor.performance.step_time import COMPONENTS, StepTimes
from doctor.performance.timing import TimedRun
from doctor.schema.rates import Interval

LEVEL = 0.95
_HOST_GRID = np.asarray([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])
KV_SPREAD = 0.04
"""Relative standard deviation of a computed KV cache size, from activations and memory outside torch."""


@dataclass(frozen=True)
class Elasticity:
    """How the duration answers, in logarithms, to what a fixed schedule cannot show."""

    kv_cache: float = 0.0
    """d ln(duration) / d ln(KV cache tokens); 0 where the cache is known or never full."""
    step_time: float = 1.0
    """d ln(duration) / d ln(step time); below 1 where the engine waits for arrivals."""


def duration_factors(
    run: TimedRun, steps: StepTimes, elasticity: Elasticity, *, samples: int, seed: int
) -> Floats:
    """Draws of the run's duration over the predicted one."""
    draw = np.random.default_rng(seed)
    spread = spread_of(steps.kernels.basis)
    sigma = {
        "layer GEMMs": spread.gemm,
        "output projection": spread.gemm,
        "experts": spread.experts,
        "decode attention": spread.decode_attention,
        "prefill attention": spread.prefill_attention,
        "element-wise": spread.elementwise,
        "sampling": spread.sampling,
    }
    total = np.zeros(samples)
    for name in COMPONENTS[:-1]:
        total += run.component_s(name) * _lognormal(draw, sigma[name], samples)
    total += _picker(run, steps, draw, samples)
    total *= _lognormal(draw, spread.machine, samples)
    total += _host(run, steps, draw, samples)
    factors = (total / (run.duration_s - run.idle_s)) ** elasticity.step_time
    return np.asarray(factors * np.exp(elasticity.kv_cache * draw.normal(0.0, KV_SPREAD, samples)))


def rate_interval(rate: float, factors: Floats, method: str) -> Interval:
    """The interval of a rate that goes down as the duration goes up."""
    return interval_of(rate, rate / factors, method)


def interval_of(estimate: float, draws: Floats, method: str) -> Interval:
    """The central interval of the draws; the estimate always lies in it."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(
        estimate=estimate,
        low=min(float(low), estimate),
        high=max(float(high), estimate),
        level=LEVEL,
        n=len(draws),
        method=method,
    )


def _lognormal(draw: np.random.Generator, sigma: float, samples: int) -> Floats:
    return np.exp(draw.normal(0.0, sigma, samples))


def _picker(run: TimedRun, steps: StepTimes, draw: np.random.Generator, samples: int) -> Floats:
    """Where nobody says whether FlashInfer is installed, half the draws sample with Triton instead."""
    without = draw.random(samples) < 0.5
    if steps.engine.picker_stated or steps.engine.picker != "flashinfer":
        return np.zeros(samples)
    rows = run.batches.decodes + run.batches.chunks
    slower = (steps.sampling(rows, "triton") - steps.sampling(rows)) @ run.count
    return np.asarray(without * max(0.0, float(slower)))


def _host(run: TimedRun, steps: StepTimes, draw: np.random.Generator, samples: int) -> Floats:
    """Draws of the exposed host time of the run, in seconds."""
    gpu = run.step_s - run.seconds["host"]
    work, launch = steps.host_work(run.batches), steps.launch_work(run.batches)
    exposed = [float(steps.exposed_host(gpu, x * work, x * launch) @ run.count) for x in _HOST_GRID]
    spread = 0.2 if steps.kernels.host else steps.engine.host.spread
    drawn = np.interp(_lognormal(draw, spread, samples), _HOST_GRID, exposed)
    if steps.engine.version_stated or steps.kernels.host:
        return np.asarray(drawn)
    return np.asarray(drawn + _age(run, steps.engine, draw, samples))


def _age(run: TimedRun, engine: EngineProfile, draw: np.random.Generator, samples: int) -> Floats:
    """An unstated version may be old: half the draws put up to V0's host work on every step."""
    v0, rows = host_v0(), run.batches.decodes + run.batches.chunks
    oldest = float((v0.per_step_s + v0.per_request_s * rows) @ run.count)
    age = np.maximum(0.0, draw.uniform(-1.0, 1.0, samples))
    cost = _lognormal(draw, v0.spread, samples)
    return np.asarray(age * cost * oldest) if not engine.enforce_eager else np.zeros(samples)
