"""The token budget of a step is small: prompts are processed in many small pieces."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lengths import delivered_length
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy

SMALL = 2048
"""vLLM's guide advises more than 8192 for throughput; 2048 is its default for small GPUs."""


def judge(case: Case) -> Judgement:
    """A budget at or under 2048 with long prompts."""
    fact = setting(case.evidence, "engine.max_num_batched_tokens")
    budget = as_number(fact.value) if fact else None
    said = signal(case.evidence, "said_small_budget")
    if (fact is None or budget is None) and said is not None:
        return by_words(
            said,
            "A larger token budget per step is said to help.",
            factor=(0.85, 0.47, 1.0),
            decides="the same run with --max-num-batched-tokens 8192",
        )
    if fact is None or budget is None:
        return unknown("the line 'Chunked prefill is enabled with max_num_batched_tokens=…'")
    theirs = as_number(reference_value(case, "engine.max_num_batched_tokens"))
    words = f"max_num_batched_tokens is {budget:.0f}"
    if budget > SMALL and not (theirs and budget < theirs / 2):
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    prompt = delivered_length(case, "input")
    if prompt is not None and prompt[0] < 64:
        return ruled_out(
            f"{words}, but prompts have {prompt[0]:.0f} tokens.",
            speaks_against("prompts are short", prompt[1]),
        )
    series = busiest_series(case.evidence)
    queue = series is not None and series.peak_waiting > 0
    return Judgement(
        "confirmed" if queue or (prompt is not None and prompt[0] >= budget / 2) else "inconclusive",
        f"{words}: long prompts take several steps each, and decoding shares them.",
        (speaks_for(words, fact.origin),),
        strength="configuration",
        factor=about(0.85 if budget <= 512 else 0.93, 0.47, 1.0),
        would_decide="the same run with --max-num-batched-tokens 8192",
        plausibility=0.8 if queue else 0.5,
    )


CAUSE = Cause(
    id="max-num-batched-tokens-low",
    title="The token budget per step is small",
    family="scheduler and memory",
    needs=("settings", "delivered", "stats", "reference", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Set --max-num-batched-tokens 8192 or more (not on A100 with a large model).",
        verify_command="qdoctor check --ablation token-budget-512",
    ),
    factor="token_budget",
    ablations=(
        Ablation(
            id="token-budget-512",
            title="512 tokens per step",
            cause="max-num-batched-tokens-low",
            factor="token_budget",
            changes={"engine.max_num_batched_tokens": 512},
        ),
    ),
    effects=(
        KnownEffect(
            0.47,
            "with max_num_seqs at the small-GPU default too, on an H200 slice (0.47 to 0.72)",
            "https://github.com/vllm-project/vllm/issues/55381",
        ),
    ),
)
