"""Running requests are evicted from the KV cache and computed again."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    busiest_series,
    main_run,
    number,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    value_of,
)
from doctor.schema.ablation import KV_CACHE_SEQUENCES, Ablation, Scale
from doctor.schema.evidence import Origin
from doctor.schema.finding import Remedy

MANY = 0.05
"""Preemptions per request from which the recomputation is worth looking at."""


def judge(case: Case) -> Judgement:
    """Counted preemptions; silence of a version that logs none proves nothing."""
    counted = _count(case)
    if counted is None:
        series = busiest_series(case.evidence)
        if series is not None and series.peak_kv_cache_usage < 0.9:
            words = f"the KV cache was never fuller than {series.peak_kv_cache_usage:.0%}"
            return ruled_out(f"{words}.", speaks_against(words, series.file))
        said = signal(case.evidence, "said_preempted")
        if said is not None:
            return Judgement(
                "inconclusive",
                "Requests are said to be preempted.",
                (speaks_for(f"it is said: “{said.text}”", said.origin),),
                strength="measured",
                factor=about(0.85, 0.5, 0.99),
                would_decide="vllm:num_preemptions_total before and after the run",
                plausibility=0.7,
            )
        return unknown("vllm:num_preemptions_total of the metrics page (several versions log nothing)")
    count, place, at_least = counted
    if count == 0:
        return ruled_out("No preemption was counted.", speaks_against("0 preemptions", place))
    run = main_run(case.evidence)
    requests = (run.requests if run else None) or number(case.evidence, "workload.num_prompts")
    words = f"{'at least ' if at_least else ''}{count:.0f} preemptions"
    if requests:
        words += f" for {requests:.0f} requests"
        if count / requests < MANY and not at_least:
            return ruled_out(f"{words}: too few to matter.", speaks_against(words, place))
    per_request = min(1.0, count / requests) if requests else 0.2
    return Judgement(
        "confirmed",
        f"{words}: their tokens are computed twice.",
        (speaks_for(words, place),),
        strength="measured",
        factor=about(1 - 0.15 * per_request, 0.7, 0.99),
        would_decide="the same run with max_num_seqs halved",
    )


def _count(case: Case) -> tuple[float, Origin | str, bool] | None:
    """Preemptions, where they stand, and whether that is a lower bound."""
    value = value_of(case.evidence.engine_facts, "preemptions")
    if value is not None:
        return value, "metrics page", False
    series = busiest_series(case.evidence)
    if series is not None and series.preemptions is not None:
        return float(series.preemptions), series.file, False
    line = signal(case.evidence, "preempt_v0")
    if line is not None:
        return max(float(line.values.get("n", 1)), float(line.count)), line.origin, True
    return None


CAUSE = Cause(
    id="kv-cache-exhausted-preemption",
    title="Requests are preempted and recomputed",
    family="scheduler and memory",
    needs=("stats", "signals", "engine_facts", "delivered"),
    judge=judge,
    remedy=Remedy(
        action="More KV memory or a lower --max-num-seqs, so that what was admitted can finish.",
        verify_command="qdoctor check --ablation kv-tight",
    ),
    factor="kv_memory",
    ablations=(
        Ablation(
            id="kv-tight",
            title="KV memory for an eighth of the sequences",
            cause="kv-cache-exhausted-preemption",
            factor="kv_memory",
            changes={KV_CACHE_SEQUENCES: Scale(times=0.125)},
        ),
    ),
    effects=(
        KnownEffect(
            1 / 1.05,
            "1065 preemptions instead of 187",
            "https://github.com/vllm-project/vllm/pull/44594",
        ),
    ),
)
