"""The engine may use only part of the GPU's memory, and the KV cache is small."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement
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
from doctor.schema.ablation import Ablation, Scale
from doctor.schema.finding import Remedy

LOW = 0.85
"""Below vLLM's default of 0.9 (0.92 from 0.20) by a margin."""


def judge(case: Case) -> Judgement:
    """A low fraction, and a KV cache that is full."""
    fact = setting(case.evidence, "engine.gpu_memory_utilization")
    fraction = as_number(fact.value) if fact else None
    said = signal(case.evidence, "said_low_memory_fraction")
    if (fact is None or fraction is None) and said is not None:
        return by_words(
            said,
            "A low gpu_memory_utilization is said to hold the run back.",
            factor=(0.8, 0.1, 1.0),
            decides="the KV cache usage in the statistics lines",
        )
    if fact is None or fraction is None:
        return unknown("gpu_memory_utilization")
    theirs = as_number(reference_value(case, "engine.gpu_memory_utilization"))
    words = f"gpu_memory_utilization is {fraction:g}"
    if fraction >= LOW and not (theirs and fraction < theirs - 0.05):
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    series = busiest_series(case.evidence)
    if series is not None and series.peak_kv_cache_usage < 0.8:
        emptiest = f"the KV cache was never fuller than {series.peak_kv_cache_usage:.0%}"
        return ruled_out(f"{words}, but {emptiest}.", speaks_against(emptiest, series.file))
    full = series is not None and series.peak_waiting > 0
    return Judgement(
        "confirmed" if full else "inconclusive",
        f"{words}: the KV cache gets what is left after the weights.",
        (speaks_for(words, fact.origin),),
        strength="configuration",
        factor=about(0.5 if fraction < 0.5 else 0.9, 0.1, 1.0),
        would_decide="the KV cache usage in the statistics lines",
        plausibility=0.9 if full or fraction < 0.5 else 0.3,
    )


CAUSE = Cause(
    id="low-gpu-memory-utilization",
    title="Little of the GPU's memory may be used",
    family="scheduler and memory",
    needs=("settings", "stats", "reference", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Raise --gpu-memory-utilization to 0.92 or more.",
        verify_command="qdoctor check --ablation memory-fraction-half",
    ),
    factor="kv_memory",
    ablations=(
        Ablation(
            id="memory-fraction-half",
            title="Half of the memory fraction",
            cause="low-gpu-memory-utilization",
            factor="kv_memory",
            changes={"engine.gpu_memory_utilization": Scale(times=0.5)},
            requires="gpu",
            note="Half of the fraction leaves less than half of the KV cache: the weights stay.",
        ),
    ),
    no_effect_known="It acts through the KV cache: see kv-cache-limited-concurrency.",
)
