"""Prompts share a prefix, and it is computed anew each time."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    fact_of,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """The cache off where prompts are identical or the reference has it on."""
    fact = setting(case.evidence, "engine.enable_prefix_caching")
    shared = setting(case.evidence, "workload.prompts")
    prefix = setting(case.evidence, "client.random_prefix_len")
    version = fact_of(case.evidence.engine_facts, "version")
    if fact is not None and fact.value is True:
        return ruled_out("Prefix caching is on.", speaks_against("prefix caching is on", fact.origin))
    said = signal(case.evidence, "said_prefix_cache_off")
    if fact is None and said is not None:
        return by_words(
            said,
            "Prompts are said to share a prefix, or prefix caching to be off.",
            factor=(0.7, 0.4, 0.98),
            decides="the prefix cache hit rate in the statistics lines",
            plausibility=0.3,
        )
    if fact is None:
        return unknown("whether prefix caching is on" + (f" in {version.value}" if version else ""))
    sharing = (shared is not None and shared.value == "identical") or (
        prefix is not None and prefix.value != 0
    )
    if not sharing and reference_value(case, "engine.enable_prefix_caching") is not True:
        words = "prefix caching is off, and nothing says that prompts share a prefix"
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    return Judgement(
        "confirmed",
        "Prompts share a prefix and prefix caching is off.",
        (speaks_for("prefix caching is off", fact.origin),),
        strength="configuration",
        factor=about(0.7, 0.4, 0.98),
        would_decide="the same run with --enable-prefix-caching",
    )


CAUSE = Cause(
    id="prefix-caching-disabled",
    title="Shared prefixes are computed again and again",
    family="scheduler and memory",
    needs=("settings", "engine_facts", "signals", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Use --enable-prefix-caching.", verify_command="qdoctor check --no-enable-prefix-caching"
    ),
    factor="prefix_cache",
    effects=(
        KnownEffect(
            46.5 / 81.8,
            "at a hit rate of 66.5 %",
            "https://github.com/0xBakeer/qwen38-flash-next-spark/issues/9",
        ),
    ),
)
