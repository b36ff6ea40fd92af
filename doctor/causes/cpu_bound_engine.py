"""The engine's Python process takes longer to prepare a step than the GPU to run it."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    fact_of,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    value_of,
)
from doctor.causes.step_time import LONGEST_READ_MS, decode_step_ms
from doctor.schema.evidence import Fact
from doctor.schema.finding import Remedy

_BUSY_PERCENT = 80.0
"""NVML counts the time in which any kernel ran: with gaps between steps it stays below."""
_ONE_CORE = 0.9

_MORE_SPECIFIC = (
    "said_images_slow",
    "said_guided",
    "said_cpu_limited",
    "said_slow_tokenizer",
    "said_api_server",
    "said_client_differs",
    "said_logits_processor",
)
"""Things said that take CPU themselves: then they are the cause, and a busy core is how it shows."""


def judge(case: Case) -> Judgement:
    """A busy core beside a GPU that is not, or steps longer than any GPU needs."""
    busy, idle = signal(case.evidence, "said_cpu_busy"), signal(case.evidence, "said_gpu_idle")
    profile = signal(case.evidence, "said_host_bound_profile")
    used = value_of(case.evidence.environment, "gpu.utilization_percent")
    engine = fact_of(case.evidence.environment, "cpu.engine_cores")
    if profile is not None:
        words = "time at .cpu() or .item() in a Python profile is waiting for the GPU"
        return ruled_out(f"{words}, not CPU work.", speaks_against(words, profile.origin))
    if used is not None and used >= 95 and busy is None:
        words = f"the GPU is {used:.0f} % busy"
        return ruled_out(f"{words}.", speaks_against(words, "nvidia-smi"))
    if busy is None and used is not None and engine is not None:
        return _sampled(engine, used)
    lines = [
        speaks_for(f"it is said: “{said.text}”", said.origin) for said in (busy, idle) if said is not None
    ]
    step = decode_step_ms(case)
    slow_steps = step is not None and step[0] > 1.5 * LONGEST_READ_MS
    if step is not None and slow_steps:
        words = f"a decoding step takes {step[0]:.0f} ms; "
        words += f"reading a GPU's whole memory takes {LONGEST_READ_MS:.0f} at most"
        lines.insert(0, speaks_for(words, step[1]))
    if busy is None and not slow_steps and not (idle is not None and _queued(case)):
        return unknown("the CPU use of the engine's process beside the GPU's use, during the run")
    specific = signal(case.evidence, *_MORE_SPECIFIC)
    likely = 0.8 if busy is not None and idle is not None else 0.7 if slow_steps else 0.5
    return Judgement(
        "inconclusive",
        _words(busy=busy is not None, idle=idle is not None, slow_steps=slow_steps),
        tuple(lines),
        strength="measured",
        factor=about(0.6, 0.1 if slow_steps else 0.37, 0.95),
        would_decide="the engine process's CPU use and the GPU's SM activity, both over the run",
        plausibility=likely * (0.4 if specific is not None else 1.0),
    )


def _sampled(engine: Fact, gpu_percent: float) -> Judgement:
    """By the means over the runs: a whole core for Python, and a GPU with time to spare."""
    cores = as_number(engine.value) or 0.0
    words = f"the engine used {cores:.1f} cores while the GPU was {gpu_percent:.0f} % busy"
    summary = f"{words[:1].upper()}{words[1:]}."
    if gpu_percent >= _BUSY_PERCENT or cores < _ONE_CORE:
        return ruled_out(summary, speaks_against(words, engine.origin))
    return Judgement(
        "inconclusive",
        summary,
        (speaks_for(words, engine.origin),),
        strength="measured",
        factor=about(gpu_percent / 100, gpu_percent / 100, 1.0),
        would_decide="a profile of the engine's process during the run",
        plausibility=0.6,
    )


def _queued(case: Case) -> bool:
    series = busiest_series(case.evidence)
    return series is not None and series.peak_waiting > 0 and series.peak_running > 1


def _words(*, busy: bool, idle: bool, slow_steps: bool) -> str:
    if slow_steps:
        return "Steps take longer than the GPU needs for them: something beside it sets the pace."
    if busy:
        return "A core is at its limit" + (" and the GPU is not." if idle else ".")
    return "The GPU is not busy although requests wait: something beside it sets the pace."


CAUSE = Cause(
    id="cpu-bound-engine",
    title="The engine is bound by its CPU core",
    family="host",
    needs=("signals", "environment", "stats"),
    judge=judge,
    remedy=Remedy(
        action="Upgrade, use --async-scheduling, a faster core, CUDA graphs, larger batches.",
        verify_command="qdoctor env",
    ),
    effects=(
        KnownEffect(
            1 / 2.7,
            "0.5.3, 8B on an H100: 38 % of the time on the GPU",
            "https://blog.vllm.ai/2024/09/05/perf-update.html",
        ),
    ),
)
