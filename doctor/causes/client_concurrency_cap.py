"""A connection pool, a thread pool or a proxy lets only so many requests through."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.insufficient_concurrency import rate_at
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    number,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy

_USUAL = (8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 250, 256, 500, 512, 1000)
"""Limits that libraries have by default: 100 is that of httpx and aiohttp."""


def judge(case: Case) -> Judgement:
    """Running pinned at a round number below what was sent, with nothing waiting."""
    evidence = case.evidence
    series = busiest_series(evidence)
    wanted = number(evidence, "workload.max_concurrency")
    if series is not None and len(series.points) >= 3:
        pinned = [p for p in series.points if p.running == series.peak_running and p.waiting == 0]
        place = f"{series.file}, {series.lines} statistics lines"
        if series.peak_waiting > 0:
            words = f"{series.peak_waiting} requests waited in the engine"
            return ruled_out(f"{words}: they got through.", speaks_against(words, place))
        below = wanted is not None and series.peak_running < 0.95 * wanted
        if (
            len(pinned) >= 3
            and series.peak_running in _USUAL
            and (below or (wanted is None and series.peak_running >= 50))
        ):
            words = f"exactly {series.peak_running} ran in {len(pinned)} statistics lines, and none waited"
            return _capped(words, place, float(series.peak_running), wanted, 1.0)
        if not below:
            words = f"{series.peak_running} ran at most"
            return ruled_out(f"{words}, which is no client's limit.", speaks_against(words, place))
    said = signal(evidence, "said_capped")
    number_said = as_number(int(said.values["n"])) if said is not None and "n" in said.values else None
    if said is not None and number_said:
        others = setting(evidence, "engine.max_num_seqs")
        if others is not None and as_number(others.value) == number_said:
            return ruled_out(
                "It is max_num_seqs.", speaks_against("max_num_seqs has that value", others.origin)
            )
        words = f"it is said: “{said.text}”"
        return _capped(words, str(said.origin), number_said, wanted, 0.8 if number_said in _USUAL else 0.4)
    pool = signal(evidence, "said_pool")
    if pool is not None:
        return by_words(
            pool,
            "A pool or a proxy between client and server limits how many requests get through.",
            factor=(0.5, 0.1, 0.95),
            decides="the engine's statistics lines while the client sends",
            plausibility=0.4,
        )
    return unknown("the engine's statistics lines while the client sends")


def _capped(words: str, place: str, cap: float, wanted: float | None, plausibility: float) -> Judgement:
    target = max(cap, wanted or 2 * cap)
    return Judgement(
        "confirmed" if plausibility == 1.0 else "inconclusive",
        f"{words}: the client or a proxy holds the rest back.",
        (speaks_for(words, place),),
        strength="measured",
        factor=about(rate_at(cap) / rate_at(target), 0.1, 0.9),
        would_decide="vllm bench serve against the same server",
        plausibility=plausibility,
    )


CAUSE = Cause(
    id="client-concurrency-cap",
    title="The client lets only so many requests through",
    family="client",
    needs=("stats", "settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Raise the pool's limits (httpx.Limits, aiohttp.TCPConnector), or use several clients.",
        verify_command="vllm bench serve --model MODEL --max-concurrency 256",
    ),
    factor="concurrency",
    effects=(
        KnownEffect(0.5, "100 of 200 users got through", "https://github.com/vllm-project/vllm/issues/14513"),
    ),
)
