"""The batch stops at max_num_seqs while requests wait and KV memory is free."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.insufficient_concurrency import rate_at
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    number,
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


def judge(case: Case) -> Judgement:
    """Running pinned at the cap with a queue, or a cap below the load."""
    evidence = case.evidence
    fact = setting(evidence, "engine.max_num_seqs")
    cap = as_number(fact.value) if fact else None
    series = busiest_series(evidence)
    if series is not None:
        place = f"{series.file}, {series.lines} statistics lines"
        pinned = [p for p in series.points if p.running == series.peak_running and p.waiting > 0]
        free = [p for p in pinned if p.kv_cache_usage < 0.8]
        if len(free) >= 2 and (cap is None or series.peak_running >= cap):
            words = f"{series.peak_running} ran and others waited, with the KV cache below 80 %"
            return _capped(
                case, words, place, float(series.peak_running), series.peak_running + series.peak_waiting
            )
        if cap is not None and series.peak_running < cap:
            words = f"{series.peak_running} ran at most, the cap is {cap:.0f}"
            return ruled_out(f"{words}.", speaks_against(words, place))
    load = number(evidence, "workload.max_concurrency") or number(evidence, "workload.num_prompts")
    theirs = as_number(reference_value(case, "engine.max_num_seqs"))
    said = signal(evidence, "said_more_sequences")
    if cap is None and said is not None:
        return Judgement(
            "inconclusive",
            "A higher max_num_seqs is said to help.",
            (speaks_for(f"it is said: “{said.text}”", said.origin),),
            strength="configuration",
            factor=about(1 / 1.31, 0.4, 1.0),
            would_decide="the statistics lines: running at the cap while others wait",
            plausibility=0.6,
        )
    if cap is None or fact is None:
        return unknown("the engine's max_num_seqs, and its statistics lines")
    wanted = load or theirs
    if wanted is None:
        return unknown("the number of concurrent requests")
    words = f"max_num_seqs is {cap:.0f}, {wanted:.0f} requests could run"
    if cap >= wanted:
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    return _capped(case, words, str(fact.origin), cap, wanted)


def _capped(case: Case, words: str, place: str, cap: float, wanted: float) -> Judgement:
    return Judgement(
        "confirmed",
        f"The batch is capped: {words}.",
        (speaks_for(words, place),),
        strength="measured" if case.evidence.stats else "configuration",
        factor=about(rate_at(max(1.0, cap)) / rate_at(max(cap, wanted))),
        would_decide="the same run with --max-num-seqs doubled",
    )


CAUSE = Cause(
    id="max-num-seqs-cap",
    title="max_num_seqs caps the batch",
    family="scheduler and memory",
    needs=("stats", "settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Raise --max-num-seqs until the KV cache is full or the rate stops rising.",
        verify_command="qdoctor check --ablation max-num-seqs-half",
    ),
    factor="max_num_seqs",
    ablations=(
        Ablation(
            id="max-num-seqs-half",
            title="Half of the sequences at once",
            cause="max-num-seqs-cap",
            factor="max_num_seqs",
            changes={"engine.max_num_seqs": Scale(times=0.5)},
        ),
    ),
    effects=(
        KnownEffect(
            1 / 1.31, "8 instead of 32 sequences", "https://github.com/vllm-project/vllm-omni/pull/5071"
        ),
    ),
)
