"""A small model is split over many GPUs: each has little to do and much to exchange."""

from __future__ import annotations

import re

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    reference_value,
    ruled_out,
    setting,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s?[bB]\b")
PER_GPU = 8.0
"""Billions of weights per GPU below which splitting costs more than it brings."""


def judge(case: Case) -> Judgement:
    """Few weights per GPU, by the model's name and the tensor-parallel size."""
    fact = setting(case.evidence, "engine.tensor_parallel_size")
    gpus = as_number(fact.value) if fact else None
    if fact is None or gpus is None:
        return unknown("tensor_parallel_size and the model")
    if gpus <= 1 or reference_value(case, "engine.tensor_parallel_size") == gpus:
        return ruled_out(
            f"tensor_parallel_size is {gpus:.0f}.", speaks_against(f"{gpus:.0f} GPUs", fact.origin)
        )
    model = setting(case.evidence, "model.name")
    match = _SIZE.search(str(model.value)) if model else None
    if match is None:
        return unknown("the model's size")
    share = float(match[1]) / gpus
    words = f"{match[1]}B on {gpus:.0f} GPUs: {share:.1f}B each"
    if share >= PER_GPU:
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    return Judgement(
        "inconclusive",
        f"{words}.",
        (speaks_for(words, fact.origin),),
        strength="configuration",
        factor=about(0.85, 0.3, 1.1),
        would_decide="the same run on one GPU",
        plausibility=0.5,
    )


CAUSE = Cause(
    id="tp-oversharded",
    title="A small model on too many GPUs",
    family="distributed",
    needs=("settings", "reference"),
    judge=judge,
    remedy=Remedy(action="Use data parallelism (one engine per GPU) instead of tensor parallelism."),
    effects=(
        KnownEffect(
            77.5 / 90,
            "gpt-oss on two or four A100 instead of one, one request",
            "https://github.com/vllm-project/vllm/issues/22331",
        ),
    ),
)
