"""Drafting costs more than the accepted tokens save."""

from __future__ import annotations

from doctor.causes.by_words import tried_without_effect
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    fact_of,
    in_flight,
    ruled_out,
    said_against,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.causes.marks import is_on
from doctor.schema.finding import Remedy

ACCEPTED = 0.5
"""Acceptance below which drafting rarely pays."""

_PATHS = ("speculative_config", "speculative_model", "num_speculative_tokens")


def judge(case: Case) -> Judgement:
    """Speculation on, with a low acceptance or many requests in flight."""
    facts = [f for name in _PATHS if (f := setting(case.evidence, f"engine.extra.{name}")) is not None]
    on = next((fact for fact in facts if is_on(fact.value)), None)
    said = signal(case.evidence, "said_speculative")
    rate, place = _acceptance(case)
    if on is None and said is None and rate is None:
        if facts:
            return ruled_out(
                "No speculation is configured.", speaks_against("no speculation", facts[0].origin)
            )
        call = fact_of(case.evidence.script, "engine_call_in_full")
        if call is not None:
            words = "the script's engine is built without drafts"
            return ruled_out(f"Not so here: {words}.", speaks_against(words, call.origin))
        return unknown("whether speculative decoding is on, and its acceptance rate")
    tested = said_against(case.evidence, "said_speculative")
    if tested is not None and rate is None:
        return tried_without_effect(tested)
    compared = said is not None and weighty(said)
    lines = [speaks_for("speculative decoding is on", on.origin if on else said.origin if said else place)]
    if rate is not None:
        words = f"{rate:.0%} of the drafted tokens were accepted"
        if rate >= 0.7 and not (said is not None and weighty(said)):
            return ruled_out(f"{words}.", speaks_against(words, place))
        lines.append(speaks_for(words, place))
    flight = in_flight(case)
    busy = flight is not None and flight[0] > 16
    low = rate is not None and rate < ACCEPTED
    return Judgement(
        "confirmed" if low or compared else "inconclusive",
        "Each step drafts and verifies; what is not accepted is work thrown away.",
        tuple(lines),
        strength="measured" if low or compared else "configuration",
        factor=about(0.8, 0.2, 1.2),
        would_decide="the same run without speculation",
        plausibility=0.9 if low or busy else 0.7,
    )


def _acceptance(case: Case) -> tuple[float | None, str]:
    fact = fact_of(case.evidence.engine_facts, "draft_acceptance_rate")
    if fact is not None and isinstance(fact.value, float):
        return fact.value, str(fact.origin)
    line = signal(case.evidence, "spec_acceptance")
    if line is None:
        return None, ""
    printed = float(line.values.get("a", "nan").rstrip(".") or "nan")
    rate = printed / 100 if line.values.get("unit") == "%" else printed
    return (rate, str(line.origin)) if 0 <= rate <= 1 else (None, "")


CAUSE = Cause(
    id="spec-decode-loss",
    title="Speculative decoding costs more than it saves",
    family="distributed",
    needs=("settings", "signals", "engine_facts", "stats", "script"),
    judge=judge,
    remedy=Remedy(
        action="Switch speculation off where many requests run, or draft fewer tokens.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    factor="execution",
    effects=(
        KnownEffect(61.8 / 69.8, "n-gram drafts, 7B", "https://github.com/vllm-project/vllm/issues/8439"),
        KnownEffect(
            21 / 26, "about 40 % accepted", "https://github.com/vllm-project/vllm-ascend/issues/12890"
        ),
    ),
)
