"""One of the two figures owes part of its speed to prompts found in the prefix cache."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    busiest_series,
    context,
    fact_of,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.causes.versions import Version, version_of
from doctor.schema.ablation import Ablation
from doctor.schema.evidence import Signal
from doctor.schema.finding import EvidenceLine, Remedy

SHARED_SINCE = Version(0, 8, 0)
"""The first release whose engine, V1, has prefix caching on by default."""

NOTICEABLE = 0.01
"""Random prompts share next to nothing; more than this needs an explanation."""


def judge(case: Case) -> Judgement:
    """Hits where prompts should be distinct, or identical prompts with the cache on."""
    evidence = case.evidence
    said = signal(evidence, "said_reference_cached")
    if said is not None:
        return _inflated(said)
    series = busiest_series(evidence)
    rates = [p.prefix_hit_rate for p in series.points if p.prefix_hit_rate is not None] if series else []
    preempted = series is not None and bool(series.preemptions)
    hit = max(rates, default=None)
    metric = fact_of(evidence.engine_facts, "prefix_cache_hit_rate")
    if metric is not None and isinstance(metric.value, float):
        hit = metric.value
    identical = _identical(case)
    caching = setting(evidence, "engine.enable_prefix_caching")
    off = caching is not None and caching.value is False
    if hit is not None and hit > NOTICEABLE and not preempted:
        place = str(metric.origin) if metric else (series.file if series else "")
        words = f"{hit:.0%} of the prompt tokens came from the prefix cache"
        return Judgement(
            "confirmed",
            f"{words}: this run is faster than distinct prompts would be.",
            (speaks_for(words, place),),
            strength="measured",
            factor=about(1 / max(0.05, 1 - 0.4 * hit)),
            would_decide="the same run with --no-enable-prefix-caching",
            plausibility=hit,
        )
    if identical is not None and not off:
        version = version_of(evidence)
        if version is not None and version < SHARED_SINCE and caching is None:
            words = f"vLLM {version} shares prefixes only where it is told to"
            return ruled_out(
                f"All prompts are identical, but {words}.", speaks_against(words, identical.source)
            )
        return Judgement(
            "inconclusive",
            "All prompts are identical. Where prefix caching is on (the default since 0.8) they are computed "
            "once: such a run is faster than distinct prompts would be, and the gap hides part of itself.",
            (identical,),
            strength="configuration",
            would_decide="the vLLM version, and the prefix cache hit rate in its log",
            plausibility=0.6,
        )
    if off:
        words = "prefix caching is off in this run"
        if reference_value(case, "engine.enable_prefix_caching") is True:
            return Judgement(
                "inconclusive",
                "The reference ran with prefix caching, this run without.",
                (context(words, caching.origin if caching else ""),),
                strength="configuration",
                factor=about(0.8, 0.4, 1.0),
                would_decide="the reference's hit rate",
                plausibility=0.5,
            )
        return ruled_out(f"{words}.", speaks_against(words, caching.origin if caching else ""))
    if hit is not None:
        words = f"prefix cache hit rate {hit:.1%}"
        return ruled_out(f"{words}.", speaks_against(words, series.file if series else "metrics page"))
    return unknown("the prefix cache hit rate of both runs")


def _identical(case: Case) -> EvidenceLine | None:
    """What shows that all prompts are the same."""
    fact = setting(case.evidence, "workload.prompts")
    if fact is not None:
        same = fact.value == "identical"
        return speaks_for("all prompts are identical", fact.origin) if same else None
    said = signal(case.evidence, "said_identical_prompts")
    return speaks_for(f"it is said: “{said.text}”", said.origin) if said is not None else None


def _inflated(said: Signal) -> Judgement:
    return Judgement(
        "confirmed",
        "The higher figure was reached with prompts that were already in the prefix cache.",
        (speaks_for(said.text, said.origin),),
        strength="measured",
        factor=about(95.80 / 151.99, 0.43, 0.95),
        would_decide="both runs with --no-enable-prefix-caching",
    )


CAUSE = Cause(
    id="prefix-cache-inflates-reference",
    title="Prefix-cache hits inflate one of the figures",
    family="measurement",
    needs=("stats", "engine_facts", "settings", "signals", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Compare with distinct prompts (a new --seed per run) or with --no-enable-prefix-caching.",
        verify_command="qdoctor check --ablation identical-prompts",
    ),
    factor="prefix_sharing",
    ablations=(
        Ablation(
            id="identical-prompts",
            title="Identical prompts with prefix caching",
            cause="prefix-cache-inflates-reference",
            factor="prefix_sharing",
            changes={"workload.prompts": "identical", "engine.enable_prefix_caching": True},
            inflates=True,
        ),
    ),
    effects=(
        KnownEffect(
            95.80 / 151.99,
            "distinct instead of repeated prompts, in requests/s",
            "https://github.com/vllm-project/vllm/pull/10753",
        ),
        KnownEffect(
            1 / 2.32, "a cold instead of a warm cache", "https://github.com/vllm-project/vllm/issues/54227"
        ),
    ),
)
