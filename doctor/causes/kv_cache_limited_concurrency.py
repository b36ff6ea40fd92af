"""Requests wait because the KV cache is full, though max_num_seqs is not reached."""

from __future__ import annotations

from statistics import median

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.insufficient_concurrency import rate_at
from doctor.causes.kv_pool import kv_tokens_stated, sequences_that_fit
from doctor.causes.lookup import (
    about,
    busiest_series,
    number,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import KV_CACHE_SEQUENCES, Ablation, Scale
from doctor.schema.finding import EvidenceLine, Remedy

FULL = 0.9
"""KV usage above which the scheduler admits next to nothing new."""


def judge(case: Case) -> Judgement:
    """A full cache with a queue in the log, or a pool smaller than the load by arithmetic."""
    series = busiest_series(case.evidence)
    if series is not None and series.points:
        cap = number(case.evidence, "engine.max_num_seqs")
        place = f"{series.file}, {series.lines} statistics lines"
        full = [
            point
            for point in series.points
            if point.kv_cache_usage > FULL
            and point.waiting + point.swapped > 0
            and (cap is None or point.running < cap)
        ]
        if full:
            share = len(full) / len(series.points)
            words = (
                f"in {share:.0%} of the statistics lines the KV cache is over {FULL:.0%} and requests wait"
            )
            running = median(point.running for point in full)
            there = max(point.running + point.waiting + point.swapped for point in full)
            load = min(there, cap) if cap is not None else there
            return _limited(case, speaks_for(words, place), share, running, load)
        if series.peak_kv_cache_usage < 0.8:
            words = f"the KV cache was never fuller than {series.peak_kv_cache_usage:.0%}"
            return ruled_out(f"{words}.", speaks_against(words, place))
    return _by_arithmetic(case)


def _by_arithmetic(case: Case) -> Judgement:
    fit = sequences_that_fit(case)
    load = number(case.evidence, "workload.max_concurrency") or number(case.evidence, "workload.num_prompts")
    said = signal(case.evidence, "said_kv_full")
    if said is not None and (fit is None or load is None):
        return Judgement(
            "inconclusive",
            "The KV cache is said to be full while requests wait.",
            (speaks_for(f"it is said: “{said.text}”", said.origin),),
            strength="measured",
            factor=about(0.6, 0.1, 0.95),
            would_decide="the statistics lines and the KV cache's size",
            plausibility=0.7,
        )
    if fit is None or load is None:
        return unknown(
            "the engine's line 'GPU KV cache size' (older: '# GPU blocks') and the number of requests"
        )
    sequences, place = fit
    if kv_tokens_stated(case) is None:
        words = f"{sequences:.0f} sequences of this length fit on the reference's card too, by arithmetic"
        return ruled_out(f"{words}: it limits both runs alike.", speaks_against(words, place))
    words = f"{sequences:.0f} sequences of this length fit, {load:.0f} are asked"
    if sequences >= load:
        return ruled_out(f"{words}.", speaks_against(words, place))
    return _limited(case, speaks_for(words, place), 1.0, sequences, load)


def _limited(
    case: Case, line: EvidenceLine, share: float, running: float, load: float | None = None
) -> Judgement:
    wanted = load or number(case.evidence, "workload.max_concurrency") or 256
    return Judgement(
        "confirmed",
        f"The KV cache limits how many requests run at once: {line.text}.",
        (line,),
        strength="measured" if case.evidence.stats else "configuration",
        factor=about(min(1.0, rate_at(max(1.0, running)) / rate_at(max(wanted, running)))),
        would_decide="the same run with more KV memory (FP8 KV cache, higher memory fraction)",
        plausibility=0.5 + share / 2,
    )


def _arm(name: str, title: str, times: float) -> Ablation:
    return Ablation(
        id=name,
        title=title,
        cause="kv-cache-limited-concurrency",
        factor="kv_memory",
        changes={KV_CACHE_SEQUENCES: Scale(times=times)},
    )


CAUSE = Cause(
    id="kv-cache-limited-concurrency",
    title="KV cache too small for the load",
    family="scheduler and memory",
    needs=("stats", "engine_facts", "settings", "delivered"),
    judge=judge,
    remedy=Remedy(
        action="Give the KV cache more memory: raise --gpu-memory-utilization, --kv-cache-dtype fp8, "
        "more GPUs, or a lower --max-num-batched-tokens.",
        verify_command="qdoctor check --ablation kv-half --ablation kv-quarter",
    ),
    factor="kv_memory",
    ablations=(
        _arm("kv-half", "KV memory for half of the sequences", 0.5),
        _arm("kv-quarter", "KV memory for a quarter of the sequences", 0.25),
    ),
    no_effect_known="Near proportional to the KV tokens until compute binds; no clean figure was found.",
)
