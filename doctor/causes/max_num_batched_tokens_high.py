"""The token budget is so large that activations take memory from the KV cache."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    fact_of,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.causes.versions import Version, version_of
from doctor.schema.finding import Remedy

LARGE = 8192
_V1_DEFAULT_SINCE, _A100_EXCEPTED = Version(0, 8, 0), Version(0, 9, 0)
"""From 0.8 on V1 gave the A100 8192 or 16384 tokens; PR 17885 took that back."""


def judge(case: Case) -> Judgement:
    """8192 tokens or more on an A100, given or by the default of 0.8."""
    gpu = fact_of(case.evidence.environment, "gpu.name")
    fact = setting(case.evidence, "engine.max_num_batched_tokens")
    budget = as_number(fact.value) if fact else None
    said = signal(case.evidence, "said_large_budget")
    if said is not None and weighty(said):
        return by_words(
            said,
            "A smaller token budget is said to help: it leaves KV memory and holds decoding up less.",
            factor=(1054 / 1438, 0.73, 1.02),
            decides="the same run with --max-num-batched-tokens 2048",
        )
    if gpu is None:
        return unknown("the GPU's name and the token budget")
    if "A100" not in str(gpu.value):
        words = f"{gpu.value} is no A100"
        return ruled_out(f"{words}.", speaks_against(words, gpu.origin))
    if fact is not None and budget is not None:
        words = f"max_num_batched_tokens is {budget:.0f} on an A100"
        if budget < LARGE:
            return ruled_out(f"{words}.", speaks_against(words, fact.origin))
        return _large(words, str(fact.origin))
    version = version_of(case.evidence)
    if version is None:
        return unknown("vLLM's version, or the line with max_num_batched_tokens")
    if _V1_DEFAULT_SINCE <= version < _A100_EXCEPTED:
        return _large(f"vLLM {version} sets 8192 or 16384 tokens on an A100 by default", str(gpu.origin))
    words = f"vLLM {version} sets 2048 tokens on an A100"
    return ruled_out(f"{words}.", speaks_against(words, gpu.origin))


def _large(words: str, place: str) -> Judgement:
    return Judgement(
        "inconclusive",
        f"{words}: activations take KV memory, and long prompts hold up decoding.",
        (speaks_for(words, place),),
        strength="configuration",
        factor=about(1054 / 1438, 0.73, 1.02),
        would_decide="the same run with --max-num-batched-tokens 2048",
        plausibility=0.8,
    )


CAUSE = Cause(
    id="max-num-batched-tokens-high",
    title="The token budget per step is too large for the GPU",
    family="scheduler and memory",
    needs=("environment", "settings", "engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Set --max-num-batched-tokens 2048 on A100.",
        verify_command="qdoctor check --max-num-batched-tokens 8192",
    ),
    factor="token_budget",
    effects=(
        KnownEffect(
            1054.01 / 1438.49,
            "Llama-70B on two A100, in output tokens/s",
            "https://github.com/vllm-project/vllm/pull/17885",
        ),
        KnownEffect(1.02, "the same on four", "https://github.com/vllm-project/vllm/pull/17885"),
    ),
)
