"""Capacity planning in five steps, each with its figure."""

from __future__ import annotations

import shlex

from doctor.performance.case import Case
from doctor.performance.curve import operating_point
from doctor.schema.prediction import Advice, CurvePoint, Prediction
from doctor.schema.setup import Setup

MARGIN = 0.1
"""Requests kept below what just fits: lengths vary, and a full cache preempts."""
_WAVES = 3


def advice(
    case: Case,
    prediction: Prediction,
    *,
    max_tpot_s: float | None = None,
    max_ttft_s: float | None = None,
    margin: float = MARGIN,
) -> Advice:
    """What fits, what to run to confirm it, where to operate. ``prediction`` holds its curve."""
    setup = case.setup
    fit = prediction.sequences_that_fit
    point = operating_point(case, prediction.curve, max_tpot_s=max_tpot_s, max_ttft_s=max_ttft_s)
    return Advice(
        prediction=prediction,
        total_memory=prediction.memory.total,
        kv_cache_memory=prediction.memory.kv_cache,
        request_memory=(setup.workload.input_len + setup.workload.output_len)
        * prediction.memory.kv_bytes_per_token,
        requests_that_fit=fit,
        margin=margin,
        requests_with_margin=max(1, int(fit * (1 - margin))),
        server_command=server_command(setup),
        benchmark_command=benchmark_command(setup, point),
        max_tpot_s=max_tpot_s,
        max_ttft_s=max_ttft_s,
        operating_point=point,
    )


def server_command(setup: Setup) -> str:
    """The engine as predicted: only what the setup states, the rest is the version's default."""
    words = ["vllm", "serve", setup.model.path or setup.model.name]
    for name, value in setup.engine.model_dump(exclude={"extra"}, exclude_none=True).items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            words += [flag] if value else ["--no-" + flag.removeprefix("--")]
        else:
            words += [flag, f"{value}"]
    return shlex.join(words)


def benchmark_command(setup: Setup, point: CurvePoint | None) -> str:
    """The standard benchmark at the operating point, else as the setup has it.

    ``--random-input-len`` and ``--random-output-len`` are the length flags that every version
    honours; since January 2026 ``vllm bench throughput`` takes 1024 and 128 without them.
    """
    w = setup.workload
    concurrency = point.concurrency if point else w.max_concurrency
    words = ["vllm", "bench", "serve", "--model", setup.model.path or setup.model.name]
    words += ["--dataset-name", "random", "--random-input-len", f"{w.input_len}"]
    words += ["--random-output-len", f"{w.output_len}", "--ignore-eos"]
    words += ["--temperature", f"{setup.sampling.temperature:g}"]
    words += ["--num-prompts", f"{_WAVES * concurrency if concurrency else w.num_prompts}"]
    words += ["--max-concurrency", f"{concurrency}"] if concurrency else []
    return shlex.join(words)
