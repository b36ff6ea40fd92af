"""What binds a run: the resource that takes the time, what keeps requests waiting, the limit."""

from __future__ import annotations

import numpy as np

from doctor.performance.architecture import mlp, parameters
from doctor.performance.expert_times import expected_coverage
from doctor.performance.roofline import Floats, prefill_flops
from doctor.performance.schedule import Rules
from doctor.performance.step_time import StepTimes
from doctor.performance.timing import TimedRun
from doctor.schema.prediction import QueueLimit

_COMPUTE, _WEIGHTS, _KV, _OTHER = "compute", "weights", "KV reads", "element-wise and sampling"


def resource(run: TimedRun, steps: StepTimes, dtype: str) -> str:
    """The largest use of the run's time.

    A GEMM counts as weight reading up to the rows where its memory and compute bounds meet.
    """
    peak = steps.kernels.peak(dtype)
    meeting = peak.flops / peak.bandwidth
    s = run.schedule.steps
    tokens = np.asarray(s.decodes, dtype=np.float64)
    np.add.at(tokens, np.asarray(s.chunk_step, dtype=np.intp), np.asarray(s.chunk_new, dtype=np.float64))
    gemms = (
        run.seconds["layer GEMMs"] + run.seconds["experts"] + run.seconds["output projection"]
    ) * run.count
    uses = {
        _WEIGHTS: float(gemms[tokens <= meeting].sum()),
        _COMPUTE: float(gemms[tokens > meeting].sum()) + run.component_s("prefill attention"),
        _KV: run.component_s("decode attention"),
        "host": run.component_s("host"),
        _OTHER: run.component_s("element-wise") + run.component_s("sampling"),
        "waiting for arrivals": run.idle_s,
    }
    return max(uses, key=lambda name: uses[name])


def queue_limit(run: TimedRun, rules: Rules) -> QueueLimit:
    """What kept more requests from running, by time."""
    s = run.schedule.steps
    seconds = run.step_s * run.count
    waiting, running = np.asarray(s.waiting) > 0, np.asarray(s.running)
    tokens = np.asarray(s.decodes) + run.batches.prefill
    seated = waiting & (running >= rules.max_num_seqs)
    spent = waiting & ~seated & (tokens >= rules.max_num_batched_tokens)
    shares: dict[QueueLimit, float] = {
        "offered load": float(seconds[~waiting].sum()),
        "max_num_seqs": float(seconds[seated].sum()),
        "max_num_batched_tokens": float(seconds[spent].sum()),
        "KV capacity": float(seconds[waiting & ~seated & ~spent].sum()),
    }
    return max(shares, key=lambda name: shares[name])


def limit_s(run: TimedRun, steps: StepTimes, kv_bytes_per_token: int, dtype: str) -> float:
    """Seconds of the same schedule at the device's peaks.

    Per step the larger of: weights that the batch touches and its KV once through memory; the
    FLOPs of its tokens. Nothing else costs anything.
    """
    s = run.schedule.steps
    decodes = np.asarray(s.decodes, dtype=np.float64)
    context = np.asarray(s.context, dtype=np.float64) + decodes * (run.count - 1) / 2
    tokens, attention = decodes.copy(), np.zeros_like(decodes)
    index = np.asarray(s.chunk_step, dtype=np.intp)
    new, cached = np.asarray(s.chunk_new, dtype=np.float64), np.asarray(s.chunk_cached, dtype=np.float64)
    a = steps.shape.architecture
    np.add.at(tokens, index, new)
    flops_of_chunks = steps.shape.layers * prefill_flops(a.num_attention_heads, a.head_size, new, cached)
    np.add.at(attention, index, flops_of_chunks)
    touched, active = _weights(steps, tokens)
    peak = steps.kernels.peak(dtype)
    memory = (touched * steps.weight_bytes + context * kv_bytes_per_token) / peak.bandwidth
    compute = (2.0 * tokens * active + attention) / peak.flops
    return float(np.maximum(memory, compute) @ run.count)


def _weights(steps: StepTimes, tokens: Floats) -> tuple[Floats, float]:
    """Weights that a batch reads (linear layers and output projection), and that a token passes."""
    shape = steps.shape
    linear, _ = parameters(shape)
    head = shape.lm_head.weights
    if shape.experts is None:
        return np.full_like(tokens, linear + head), float(linear + head)
    experts = shape.experts
    one = sum(m.weights for m in mlp(shape.architecture.hidden_size, experts.intermediate_size))
    rest = linear - shape.expert_layers * experts.count * one + head
    coverage = expected_coverage(experts, tokens)
    return rest + shape.expert_layers * coverage * one, float(
        rest + shape.expert_layers * experts.per_token * one
    )
