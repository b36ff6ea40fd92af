"""Predictions in words, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.performance.memory import GIB
from doctor.schema.prediction import CurvePoint, Prediction
from doctor.schema.rates import Interval
from doctor.schema.setup import Setup

_BASIS = {
    "calibration": "kernels measured on this machine",
    "table": "kernels measured on this GPU model",
    "carried over": "kernels of a similar GPU, carried over by data sheet",
    "data sheet": "data sheet only",
}


def describe(prediction: Prediction) -> list[str]:
    """The whole prediction, line by line."""
    p = prediction
    lines = [
        f"{p.device_name}: predicted ({_BASIS[p.kernel_basis]})",
        f"  requests      {_interval(p.requests_per_s, 3)} requests/s",
        f"  output tokens {_interval(p.output_tokens_per_s)} output tokens/s",
        f"  all tokens    {_interval(p.total_tokens_per_s)} total tokens/s",
        f"  {p.fraction_of_limit:.0%} of the limit ({p.limit_output_tokens_per_s:.0f} output tokens/s with"
        " weights and KV once through memory, FLOPs at peak)",
        f"  duration {p.duration_s:.1f} s, mean TPOT {p.mean_tpot_s * 1e3:.1f} ms,"
        f" mean TTFT {p.mean_ttft_s:.2f} s",
        f"  binds: {p.resource} takes most of the time; {p.queue_limit} keeps more from running",
        f"  running: {p.peak_running} at most, {p.mean_running:.1f} in the mean;"
        f" preemptions {p.preemptions}, recomputed {p.recomputed_tokens} tokens",
        f"  KV cache: {p.kv_cache_tokens} tokens ({'given' if p.kv_cache_tokens_given else 'computed'}),"
        f" {p.sequences_that_fit} full sequences, {p.peak_kv_cache_usage:.0%} used at most",
        "  time: " + ", ".join(f"{c.name} {c.fraction:.1%}" for c in p.components if c.fraction >= 0.001),
    ]
    if p.curve:
        lines += describe_curve(p.curve, p.knee_concurrency)
    lines += [f"  note: {warning}" for warning in p.warnings]
    lines.append(f"  source: {p.kernel_source}")
    return lines


def describe_curve(curve: Sequence[CurvePoint], knee_concurrency: int | None) -> list[str]:
    """A table of rates over concurrency."""
    lines = ["  concurrency  output tokens/s  total tokens/s  TPOT ms   TTFT s"]
    for c in curve:
        mark = "  <- knee" if c.concurrency == knee_concurrency else ""
        lines.append(
            f"  {c.concurrency:11d}  {c.output_tokens_per_s:15.0f}  {c.total_tokens_per_s:14.0f}"
            f"  {c.mean_tpot_s * 1e3:7.1f}  {c.mean_ttft_s:7.2f}{mark}"
        )
    return lines


def compare(predictions: Sequence[Prediction]) -> list[str]:
    """One line per device."""
    lines = ["device            requests/s  output tokens/s (95 %)      total tokens/s  basis"]
    for p in predictions:
        o = p.output_tokens_per_s
        lines.append(
            f"{p.device:16s}  {p.rates.requests_per_s:10.3f}  {o.estimate:8.0f} ({o.low:.0f}-{o.high:.0f})"
            f"{'':6s}{p.rates.total_tokens_per_s:14.0f}  {p.kernel_basis}"
        )
    return lines


def advise(prediction: Prediction, setup: Setup, point: CurvePoint | None, margin: float = 0.1) -> list[str]:
    """The five steps of capacity planning, each with its figure."""
    p, w = prediction, setup.workload
    lines = []
    if p.memory is not None:
        m = p.memory
        lines.append(
            f"1. Memory: {m.total / GIB:.1f} GiB; weights {m.weights / GIB:.1f}, activations"
            f" {m.activations / GIB:.1f}, KV cache {m.kv_cache / GIB:.1f} GiB"
        )
        one = (w.input_len + w.output_len) * m.kv_bytes_per_token / GIB
        lines.append(
            f"2. One request of {w.input_len} + {w.output_len} tokens keeps {one:.2f} GiB of KV cache"
        )
    fit = max(1, int(p.sequences_that_fit * (1 - margin)))
    lines.append(
        f"3. {fit} concurrent requests fit with a margin of {margin:.0%} ({p.sequences_that_fit} without)"
    )
    concurrency = point.concurrency if point else fit
    lines += [
        "4. Confirm it (these length flags are honoured; --input-len alone is not since January 2026):",
        f"   vllm bench serve --model {setup.model.name} --dataset-name random"
        f" --random-input-len {w.input_len} --random-output-len {w.output_len} --ignore-eos"
        f" --num-prompts {max(w.num_prompts, 3 * concurrency)} --max-concurrency {concurrency}",
    ]
    if point is None:
        lines.append("5. No concurrency keeps these latency bounds on this device")
    else:
        lines.append(
            f"5. Operating point: concurrency {point.concurrency}, {point.output_tokens_per_s:.0f} output"
            f" tokens/s at TPOT {point.mean_tpot_s * 1e3:.1f} ms, TTFT {point.mean_ttft_s:.2f} s"
        )
    return lines + describe_curve(p.curve, p.knee_concurrency)


def _interval(interval: Interval, digits: int = 0) -> str:
    assert interval.low is not None
    assert interval.high is not None
    return f"{interval.estimate:.{digits}f}  ({interval.low:.{digits}f} to {interval.high:.{digits}f})"
