"""The client sends so many requests per second, and no more."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import (
    about,
    busiest_series,
    main_run,
    number,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy

AT_THE_RATE = 0.90
"""A server that keeps up finishes as many requests per second as arrive, but for the tail."""


def judge(case: Case) -> Judgement:
    """A finite request rate that is also the rate at which requests were finished."""
    evidence = case.evidence
    fact = setting(evidence, "workload.request_rate_per_s")
    asked = number(evidence, "workload.request_rate_per_s")
    run = main_run(evidence)
    asked = asked or (run.request_rate_per_s if run else None)
    if fact is not None and isinstance(fact.value, str) and fact.value.startswith("inf"):
        return ruled_out("The request rate is infinite.", speaks_against("request rate inf", fact.origin))
    said = signal(evidence, "said_rate_limited")
    if not asked and said is not None and said.values.get("r"):
        asked = float(said.values["r"])
    if not asked:
        return unknown("the client's --request-rate")
    place = fact.origin if fact else said.origin if said else run.origin if run else ""
    rates = [r.per_s for r in evidence.rates if r.quantity == "requests" and r.role == "observed"]
    series = busiest_series(evidence)
    if series is not None and series.peak_waiting > series.peak_running:
        words = f"{series.peak_waiting} requests waited in the engine"
        return ruled_out(f"{words}: more arrived than it could take.", speaks_against(words, series.file))
    if not rates:
        return Judgement(
            "inconclusive",
            f"Requests arrive at {asked:g} per second: the server cannot finish more.",
            (speaks_for(f"request rate {asked:g} per second", place),),
            strength="configuration",
            would_decide="the finished requests/s",
            plausibility=0.4,
        )
    words = f"{max(rates):g} requests/s were finished, {asked:g} per second arrived"
    if max(rates) < AT_THE_RATE * asked:
        return ruled_out(f"{words}: the server is the limit.", speaks_against(words, place))
    return Judgement(
        "confirmed",
        f"{words}: the client's rate is the limit.",
        (speaks_for(words, place),),
        strength="measured",
        factor=about(0.5, 0.05, 1.0),
        would_decide="the same run with --request-rate inf",
    )


CAUSE = Cause(
    id="request-rate-bound",
    title="The request rate limits the throughput",
    family="client",
    needs=("settings", "delivered", "rates", "stats", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use --request-rate inf with a --max-concurrency.",
        verify_command="vllm bench serve --model MODEL --request-rate inf --max-concurrency 256",
    ),
    factor="request_rate",
    no_effect_known="The throughput is the rate times the tokens per request.",
)
