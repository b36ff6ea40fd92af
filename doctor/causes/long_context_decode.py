"""Decoding reads a long context's KV cache in every step."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    reference_value,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    tokens_per_sequence,
    unknown,
)
from doctor.schema.finding import Remedy

LONG = 8192
"""From here reading the KV cache takes as long as reading the weights, at usual batches."""


def judge(case: Case) -> Judgement:
    """Contexts of 8192 tokens and more, where the reference's are shorter."""
    context_tokens = tokens_per_sequence(case)
    said = signal(case.evidence, "said_long_context")
    if context_tokens is None and said is not None:
        return by_words(
            said,
            "Long contexts are said to be slow: each step reads all of them.",
            factor=(0.5, 0.05, 0.9),
            decides="the same run with a tenth of the prompt length",
        )
    if context_tokens is None:
        return unknown("the prompt and output tokens per request")
    words = f"{context_tokens:.0f} tokens of context per request"
    theirs = as_number(reference_value(case, "workload.input_len"))
    if context_tokens < LONG or (theirs and context_tokens < 1.5 * theirs):
        return ruled_out(f"{words}.", speaks_against(words, "delivered or asked lengths"))
    return Judgement(
        "inconclusive",
        f"{words}: each step reads all of it.",
        (speaks_for(words, "delivered or asked lengths"),),
        strength="configuration",
        factor=about(0.5, 0.05, 0.9),
        would_decide="the same run with a tenth of the prompt length",
        plausibility=0.5,
    )


CAUSE = Cause(
    id="long-context-decode",
    title="Long contexts slow every step",
    family="scheduler and memory",
    needs=("delivered", "settings", "reference", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Compare at equal lengths; an FP8 KV cache halves what is read.",
        verify_command="qdoctor check --ablation half-input --ablation double-input",
    ),
    factor="input_length",
    effects=(
        KnownEffect(
            273 / 5364,
            "prompts above 8000 instead of up to 100 tokens, in words/s",
            "https://github.com/vllm-project/vllm/issues/11286",
        ),
    ),
)
