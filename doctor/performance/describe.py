"""Predictions in words, for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from doctor.performance.memory import GIB
from doctor.schema.prediction import Advice, Component, CurvePoint, Prediction, Refused
from doctor.schema.rates import Interval
from doctor.schema.setup import Setup

WIDTH = 80
_BAR = 24
_BASIS = {
    "calibration": "kernels measured on this machine",
    "table": "kernels measured on this GPU model",
    "carried over": "kernels of a similar GPU, carried over by data sheet",
    "data sheet": "data sheet only",
}


def describe(prediction: Prediction, setup: Setup) -> list[str]:
    """The whole prediction, line by line."""
    p = prediction
    lines = [*_head(p, setup), "", *_rates(p), "", *_facts(p), "", *_split(p.components, p.mean_step_s)]
    if p.curve:
        lines += ["", *describe_curve(p.curve, p.knee_concurrency)]
    return [*lines, "", *_footnotes(p)]


def _head(p: Prediction, setup: Setup) -> Iterator[str]:
    w = setup.workload
    yield from _wrapped(f"{p.model} on {p.device_name}: predicted, nothing was run")
    if w.request_rate_per_s:
        arrival = f"{w.request_rate_per_s:g} arriving per second"
    elif w.max_concurrency:
        arrival = f"{w.max_concurrency} in flight at most"
    else:
        arrival = "all at once"
    version = p.settings["vllm_version"]
    stated = "" if setup.software.version else " (not stated)"
    yield from _wrapped(
        f"{_count(w.num_prompts)} requests of {_count(w.input_len)} prompt and {_count(w.output_len)}"
        f" output tokens, {arrival}; vLLM {version}{stated}"
    )


def _rates(p: Prediction) -> Iterator[str]:
    yield f"  {'':18s} {'predicted':>10s}   95 % interval"
    for name, interval, digits in (
        ("requests/s", p.requests_per_s, 3),
        ("output tokens/s", p.output_tokens_per_s, 0),
        ("total tokens/s", p.total_tokens_per_s, 0),
    ):
        yield f"  {name:18s} {_number(interval.estimate, digits):>10s}   {_range(interval, digits)}"
    limit = _count(p.limit_output_tokens_per_s)
    fraction = f"{p.fraction_of_limit:.0%}"
    yield f"  {'of the limit':18s} {fraction:>10s}   {limit} output tokens/s: weights and KV once"
    yield f"  {'':18s} {'':10s}   through memory, FLOPs at peak"


def _facts(p: Prediction) -> Iterator[str]:
    yield from _fact(
        "What binds",
        f"{p.resource} take{'' if p.resource.endswith('s') else 's'} most of the time; {p.queue_limit}"
        f" keep{'' if p.queue_limit.endswith('s') else 's'} more from running",
    )
    running = f"{_count(p.peak_running)} at most, {p.mean_running:.1f} in the mean"
    if p.preemptions:
        running += f"; {_count(p.preemptions)} preemptions, {_count(p.recomputed_tokens)} tokens recomputed"
    yield from _fact("Running", running)
    told = "given" if p.kv_cache_tokens_given else "computed"
    yield from _fact(
        "KV cache",
        f"{_count(p.kv_cache_tokens)} tokens ({told}), {_count(p.sequences_that_fit)} full requests;"
        f" {p.peak_kv_cache_usage:.0%} used at most",
    )
    yield from _fact(
        "Latency",
        f"TPOT {p.mean_tpot_s * 1e3:.1f} ms, TTFT {_seconds(p.mean_ttft_s)} in the mean;"
        f" {_seconds(p.duration_s)} in all",
    )


def _split(components: Sequence[Component], mean_step_s: float) -> Iterator[str]:
    yield f"Where a step's {mean_step_s * 1e3:.1f} ms go"
    work = [c for c in components if c.name != "waiting for arrivals"]
    total = sum(c.seconds for c in work)
    for c in sorted(work, key=lambda c: -c.seconds):
        share = c.seconds / total
        if share >= 0.001:
            bar = _bar(share)
            yield f"  {c.name:18s} {share * mean_step_s * 1e3:7.2f} ms {share:6.1%}  {bar}".rstrip()
    for c in components:
        if c.name == "waiting for arrivals":
            yield f"  and {c.fraction:.0%} of the wall time without any work, waiting for arrivals"


def describe_curve(curve: Sequence[CurvePoint], knee_concurrency: int | None) -> list[str]:
    """A table of rates over concurrency."""
    lines = [
        f"{'In flight':>9s}  {'output tokens/s':>15s}  {'95 % interval':15s}  {'TPOT':>8s}  {'TTFT':>7s}"
    ]
    for c in curve:
        mark = "  <- knee" if c.concurrency == knee_concurrency else ""
        rate = c.output_tokens_per_s
        lines.append(
            f"{c.concurrency:9d}  {_count(rate.estimate):>15s}  {_range(rate):15s}"
            f"  {c.mean_tpot_s * 1e3:5.1f} ms  {_seconds(c.mean_ttft_s):>7s}{mark}"
        )
    return lines


def compare(rows: Sequence[Prediction | Refused]) -> list[str]:
    """One line per device, and why where the setup does not run on it."""
    lines = [
        f"{'GPU':16s} {'requests':>8s}  {'output tokens/s':>25s}  {'total':>8s}  kernels",
        f"{'':16s} {'per s':>8s}  {'(95 % interval)':>25s}  {'tokens/s':>8s}  from",
    ]
    for row in rows:
        if isinstance(row, Refused):
            lines += _wrapped(f"{row.device:16s} {row.why}", later=" " * 17)
            continue
        rate = row.output_tokens_per_s
        output = f"{_count(rate.estimate)} ({_range(rate)})"
        lines.append(
            f"{row.device:16s} {row.rates.requests_per_s:8.3f}  {output:>25s}"
            f"  {_count(row.rates.total_tokens_per_s):>8s}  {row.kernel_basis}"
        )
    return [*lines, "All of it is predicted; nothing was run."]


def describe_advice(advice: Advice, setup: Setup) -> list[str]:
    """The five steps of capacity planning, each with its figure."""
    a, p, w = advice, advice.prediction, setup.workload
    m = p.memory
    lines = [f"{p.model} on {p.device_name}: predicted, nothing was run", ""]
    lines += _step(
        1,
        f"The GPU offers {m.total / GIB:.1f} GiB; after weights ({m.weights / GIB:.1f}), activations"
        f" ({m.activations / GIB:.1f}) and what vLLM leaves free, {a.kv_cache_memory / GIB:.1f} GiB are KV"
        " cache.",
    )
    lines += _step(
        2,
        f"One request of {_count(w.input_len)} + {_count(w.output_len)} tokens keeps"
        f" {a.request_memory / GIB:.3f} GiB of KV cache.",
    )
    lines += _step(
        3,
        f"{_count(a.requests_with_margin)} requests at once fit with a margin of {a.margin:.0%}"
        f" ({_count(a.requests_that_fit)} without).",
    )
    lines += _step(4, "Confirm it with the standard benchmark:")
    lines += ["", *_command(a.server_command), *_command(a.benchmark_command), ""]
    lines += _step(5, _operating(a))
    return [*lines, "", *describe_curve(p.curve, p.knee_concurrency), "", *_footnotes(p)]


def _operating(a: Advice) -> str:
    bounds = [
        f"{name} of at most {value * 1e3:g} ms"
        for name, value in (("TPOT", a.max_tpot_s), ("TTFT", a.max_ttft_s))
        if value is not None
    ]
    point = a.operating_point
    if point is None:
        return f"No concurrency keeps {' and '.join(bounds)} on this device."
    rate = point.output_tokens_per_s
    asked = f" under {' and '.join(bounds)}" if bounds else ", by throughput alone"
    return (
        f"Operate at {point.concurrency} requests in flight{asked}: {_count(rate.estimate)} output tokens/s"
        f" ({_range(rate)}), TPOT {point.mean_tpot_s * 1e3:.1f} ms, TTFT {_seconds(point.mean_ttft_s)}."
    )


def _footnotes(p: Prediction) -> Iterator[str]:
    yield from _wrapped(f"Kernel times: {_BASIS[p.kernel_basis]} ({p.kernel_source}).", later="  ")
    for warning in p.warnings:
        yield from _wrapped(f"Note: {warning}", later="  ")


def _step(number: int, text: str) -> list[str]:
    return _wrapped(f"{number}. {text}", later="   ")


def _command(command: str) -> list[str]:
    """On as many lines as it needs, broken between flags so that it can still be pasted."""
    lines: list[str] = []
    for part in re.split(r" (?=--)", command):
        if lines and len(lines[-1]) + 1 + len(part) <= WIDTH - 8:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    last = len(lines) - 1
    return [
        f"{'   ' if i == 0 else '     '}{line}" + (" \\" if i < last else "") for i, line in enumerate(lines)
    ]


def _fact(name: str, text: str) -> list[str]:
    return _wrapped(f"{name:12s}{text}", later=" " * 12)


def _wrapped(text: str, later: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=later, break_on_hyphens=False)


def _bar(share: float) -> str:
    return "#" * max(1, round(share * _BAR))


def _range(interval: Interval, digits: int = 0) -> str:
    assert interval.low is not None
    assert interval.high is not None
    return f"{_number(interval.low, digits)} to {_number(interval.high, digits)}"


def _number(value: float, digits: int = 0) -> str:
    return f"{value:.{digits}f}" if digits else _count(value)


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1e4 else f"{value:.0f}"


def _seconds(value: float) -> str:
    return f"{value * 1e3:.0f} ms" if value < 1 else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"
