"""Capacity planning in five steps, each with its figure."""

from __future__ import annotations

import shlex

from doctor.performance.case import Case
from doctor.performance.curve import operating_point
from doctor.performance.models import hub_name
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
        server_command=server_command(setup, prediction),
        benchmark_command=benchmark_command(setup, point),
        max_tpot_s=max_tpot_s,
        max_ttft_s=max_ttft_s,
        operating_point=point,
    )


def server_command(setup: Setup, prediction: Prediction) -> str:
    """The engine as predicted: what the setup states, the rest is the version's default.

    vLLM refuses to start where one request of the model's full length does not fit the KV cache;
    there the command bounds the length to that of the workload.
    """
    words = ["vllm", "serve", _model(setup)]
    for name, value in setup.engine.model_dump(exclude={"extra"}, exclude_none=True).items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            words += [flag] if value else ["--no-" + flag.removeprefix("--")]
        else:
            words += [flag, f"{value}"]
    longest = setup.model.architecture.max_position_embeddings if setup.model.architecture else 0
    if setup.engine.max_model_len is None and longest > prediction.kv_cache_tokens:
        words += ["--max-model-len", f"{_rounded(setup.workload.input_len + setup.workload.output_len)}"]
    return shlex.join(words)


def _rounded(tokens: int) -> int:
    """Up to 64 more: a random prompt may come back from the tokenizer a few tokens longer."""
    return tokens // 64 * 64 + 64


def _model(setup: Setup) -> str:
    return setup.model.path or hub_name(setup.model.name)


def benchmark_command(setup: Setup, point: CurvePoint | None) -> str:
    """The standard benchmark at the operating point, else as the setup has it.

    ``--random-input-len`` and ``--random-output-len`` are the length flags that every version
    honours; since January 2026 ``vllm bench throughput`` takes 1024 and 128 without them.
    """
    w = setup.workload
    concurrency = point.concurrency if point else w.max_concurrency
    words = ["vllm", "bench", "serve", "--model", _model(setup)]
    words += ["--dataset-name", "random", "--random-input-len", f"{w.input_len}"]
    words += ["--random-output-len", f"{w.output_len}", "--ignore-eos"]
    words += ["--temperature", f"{setup.sampling.temperature:g}"]
    words += ["--num-prompts", f"{_WAVES * concurrency if concurrency else w.num_prompts}"]
    words += ["--max-concurrency", f"{concurrency}"] if concurrency else []
    return shlex.join(words)
