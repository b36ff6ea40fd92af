"""A small model is split over many GPUs: each has little to do and much to exchange."""

from __future__ import annotations

import re
from dataclasses import replace

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.evidence import Signal
from doctor.schema.finding import Remedy

_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s?[bB]\b")
PER_GPU = 8.0
"""Billions of weights per GPU below which splitting costs more than it brings."""

TINY = 2.0
"""Billions of weights per GPU at which a step is mostly launches and exchanges."""


def judge(case: Case) -> Judgement:
    """Few weights per GPU, by the model's name and the tensor-parallel size."""
    said = signal(case.evidence, "said_smaller_tp", "said_tp_slower")
    fact = setting(case.evidence, "engine.tensor_parallel_size")
    gpus = as_number(fact.value) if fact else None
    if fact is None or gpus is None:
        if said is not None and weighty(said):
            return _judgement(
                "A smaller tensor-parallel size is said to be better", str(said.origin), said, 0.6
            )
        return unknown("tensor_parallel_size and the model")
    if gpus <= 1 or reference_value(case, "engine.tensor_parallel_size") == gpus:
        return ruled_out(
            f"tensor_parallel_size is {gpus:.0f}.", speaks_against(f"{gpus:.0f} GPUs", fact.origin)
        )
    size = model_size(case)
    if size is None:
        if said is not None:
            return replace(
                _judgement(f"tensor_parallel_size is {gpus:.0f}", str(fact.origin), said, 0.4),
                strength="configuration",
                plausibility=0.4,
            )
        return unknown("the model's size")
    share = size / gpus
    words = f"{size:g}B on {gpus:.0f} GPUs: {share:.1f}B each"
    if share >= PER_GPU and said is None:
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    likely = 0.85 if share <= TINY else 0.5 if share < PER_GPU else 0.3
    return _judgement(words, str(fact.origin), said, likely)


def model_size(case: Case) -> float | None:
    """Billions of weights, by the model's name."""
    model = setting(case.evidence, "model.name")
    match = _SIZE.search(str(model.value)) if model else None
    return float(match[1]) if match else None


def _judgement(words: str, place: str, said: Signal | None, likely: float) -> Judgement:
    lines = [speaks_for(words, place)]
    if said is not None:
        lines.append(speaks_for(f"it is said: “{said.text}”", said.origin))
    compared = said is not None and (weighty(said) or any(char.isdigit() for char in said.text))
    return Judgement(
        "inconclusive",
        f"{words}: each GPU has little to do and much to exchange.",
        tuple(lines),
        strength="measured" if compared else "configuration",
        factor=about(0.6 if likely > 0.8 else 0.85, 0.3, 1.1),
        would_decide="the same run on one GPU, or one engine per GPU",
        plausibility=max(likely, 0.8) if compared else likely,
    )


CAUSE = Cause(
    id="tp-oversharded",
    title="A small model on too many GPUs",
    family="distributed",
    needs=("settings", "signals", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Use data parallelism (one engine per GPU) instead of tensor parallelism.",
        verify_command="qdoctor check --tensor-parallel-size 1",
    ),
    effects=(
        KnownEffect(
            77.5 / 90,
            "gpt-oss on two or four A100 instead of one, one request",
            "https://github.com/vllm-project/vllm/issues/22331",
        ),
    ),
)
