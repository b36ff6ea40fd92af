"""The batch stops at max_num_seqs while requests wait and KV memory is free."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.insufficient_concurrency import FEW, rate_at
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    reference_value,
    ruled_out,
    sent,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation, Scale
from doctor.schema.evidence import Fact
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
        queued = [p.running for p in series.points if p.waiting > 0]
        typical = median(queued) if queued else series.peak_running
        if cap is not None and typical < cap:
            words = (
                f"{typical:.0f} ran {'while others waited' if queued else 'at most'}, the cap is {cap:.0f}"
            )
            return ruled_out(f"{words}.", speaks_against(words, place))
    if fact is None or cap is None:
        said = signal(evidence, "said_more_sequences")
        if said is None:
            return unknown("the engine's max_num_seqs, and its statistics lines")
        return by_words(
            said,
            "A higher max_num_seqs is said to help.",
            factor=(1 / 1.31, 0.4, 1.0),
            decides="the statistics lines: running at the cap while others wait",
        )
    return _by_setting(case, cap, fact)


def _by_setting(case: Case, cap: float, fact: Fact) -> Judgement:
    """The cap against what is sent, what the faster run has, or what is said to wait."""
    load = sent(case)
    theirs = as_number(reference_value(case, "engine.max_num_seqs"))
    wanted = max((value for value in (load and load[0], theirs) if value), default=None)
    if wanted is not None:
        words = f"max_num_seqs is {cap:.0f}, {wanted:.0f} requests could run"
        if cap >= wanted:
            return ruled_out(f"{words}.", speaks_against(words, fact.origin))
        compared = setting(case.evidence, "engine.max_num_seqs", role="reference") is not None
        return _capped(case, words, str(fact.origin), cap, wanted, compared=compared)
    queue = signal(case.evidence, "said_queue", "said_more_sequences")
    words = f"max_num_seqs is {cap:.0f}"
    if queue is not None:
        judgement = _capped(case, f"{words}, and requests wait", str(fact.origin), cap, 4 * cap)
        line = speaks_for(f"it is said: “{queue.text}”", queue.origin)
        return replace(judgement, status="inconclusive", lines=(*judgement.lines, line))
    if cap <= FEW:
        judgement = _capped(
            case, f"{words}, and how many requests are sent is not said", str(fact.origin), cap, 256
        )
        return replace(judgement, status="inconclusive", plausibility=0.5 if cap <= FEW / 2 else 0.3)
    return unknown("the number of concurrent requests")


def _capped(
    case: Case, words: str, place: str, cap: float, wanted: float, *, compared: bool = False
) -> Judgement:
    return Judgement(
        "confirmed",
        f"The batch is capped: {words}.",
        (speaks_for(words, place),),
        strength="measured" if case.evidence.stats or compared else "configuration",
        factor=about(rate_at(max(1.0, cap)) / rate_at(max(cap, wanted))),
        would_decide="the same run with --max-num-seqs doubled",
    )


CAUSE = Cause(
    id="max-num-seqs-cap",
    title="max_num_seqs caps the batch",
    family="scheduler and memory",
    needs=("stats", "settings", "signals", "reference"),
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
        Ablation(
            id="max-num-seqs-eighth",
            title="An eighth of the sequences at once",
            cause="max-num-seqs-cap",
            factor="max_num_seqs",
            changes={"engine.max_num_seqs": Scale(times=0.125)},
            note="Where KV memory holds fewer than half of max_num_seqs, halving it changes nothing.",
        ),
    ),
    effects=(
        KnownEffect(
            1 / 1.31, "8 instead of 32 sequences", "https://github.com/vllm-project/vllm-omni/pull/5071"
        ),
    ),
)
