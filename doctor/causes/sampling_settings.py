"""One sampling setting off its neutral value: shared by the causes in the sampling family."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from doctor.causes.by_words import tried_without_effect
from doctor.causes.contract import Case, Judgement
from doctor.causes.lookup import (
    about,
    reference_value,
    ruled_out,
    said_against,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.evidence import Fact
from doctor.schema.setup import Scalar


def judge_settings(
    case: Case,
    neutral: Mapping[str, Callable[[Scalar], bool]],
    factor: tuple[float, float, float],
    cost: str,
    said: str = "",
) -> Judgement:
    """Whether one of the settings stands off neutral, and the reference's does not.

    ``factor`` is the published range (likely, low, high) of the rate that remains.
    """
    active: list[Fact] = []
    for path, is_neutral in neutral.items():
        fact = setting(case.evidence, path)
        if fact is None:
            continue
        if not is_neutral(fact.value) and reference_value(case, path) != fact.value:
            active.append(fact)
    statement = signal(case.evidence, said) if said else None
    tested = said_against(case.evidence, said) if said else None
    if tested is not None:
        return tried_without_effect(tested)
    compared = statement is not None and weighty(statement)
    if statement is not None and not active:
        return Judgement(
            "inconclusive",
            f"It is said to be used: {cost}",
            (speaks_for(f"it is said: “{statement.text}”", statement.origin),),
            strength="measured" if compared else "configuration",
            factor=about(*factor),
            would_decide="the sampling parameters of the requests",
            plausibility=0.9 if compared else 0.7,
        )
    known = [fact for path in neutral if (fact := setting(case.evidence, path))]
    if active:
        words = ", ".join(f"{fact.path.split('.')[-1]}={fact.value}" for fact in active)
        return Judgement(
            "confirmed",
            f"{words}: {cost}",
            tuple(speaks_for(f"{fact.path} = {fact.value}", fact.origin) for fact in active),
            strength="measured" if compared else "configuration",
            factor=about(*factor),
            would_decide="the same run with neutral sampling",
        )
    if known or (
        case.evidence.settings and any(f.path.startswith("sampling.") for f in case.evidence.settings)
    ):
        first = (
            known[0] if known else next(f for f in case.evidence.settings if f.path.startswith("sampling."))
        )
        words = "the sampling parameters that were given leave it at its neutral value, or at the reference's"
        return ruled_out(f"Not set: {words}.", speaks_against(words, first.origin))
    return unknown("the sampling parameters of the requests")
