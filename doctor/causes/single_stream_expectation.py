"""A figure of many requests at once is compared with one request's speed."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.gap import find_gap
from doctor.causes.insufficient_concurrency import BATCHED, rate_at
from doctor.causes.lookup import about, in_flight, ruled_out, signal, speaks_against, speaks_for, unknown
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """One request in flight, against a figure that one request cannot reach."""
    said = signal(case.evidence, "said_single_request", "single_request_bars", "said_host_bound_profile")
    flight = in_flight(case)
    gap = find_gap(case)
    single = flight is not None and flight[0] <= 1
    if flight is not None and flight[0] > 2 and not single and said is None:
        words = f"{flight[0]:.0f} requests were in flight"
        return ruled_out(f"{words}.", speaks_against(words, flight[1]))
    if not single and said is None:
        return unknown("how many requests were in flight")
    place = flight[1] if single and flight else str(said.origin) if said else ""
    text = "one request in flight" if single else f"it is said: “{said.text}”" if said else ""
    batched = gap is not None and gap.expected.quantity != "requests" and gap.expected.per_s > BATCHED
    if gap is not None and not batched:
        words = f"the other figure, {gap.expected.per_s:g}, is one that a single request can reach"
        return Judgement(
            "inconclusive",
            f"One request's speed is bound by reading the weights; {words}.",
            (speaks_for(text, place), speaks_against(words, gap.expected.origin)),
            strength="configuration",
            would_decide="how many requests the other figure had in flight",
            plausibility=0.15,
        )
    return Judgement(
        "confirmed" if batched else "inconclusive",
        "One request's speed is bound by reading the weights once per token; a batch's rate is another.",
        (speaks_for(text, place),),
        strength="configuration",
        factor=about(rate_at(1) / rate_at(256), 0.02, 0.5),
        would_decide="the same run with 2, 4, 8, … requests in flight",
        plausibility=0.8 if batched else 0.5,
    )


CAUSE = Cause(
    id="single-stream-expectation",
    title="One request's speed against a batch's",
    family="measurement",
    needs=("stats", "settings", "signals", "rates"),
    judge=judge,
    remedy=Remedy(
        action="Compare single requests with single requests, or hand over many at once.",
        verify_command="qdoctor check --ablation single-request --ablation low-batch-8",
    ),
    factor="concurrency",
    no_effect_known="The ratio is near the published run's batch size.",
)
