"""Another size, another attention, another precision than the reference's model."""

from __future__ import annotations

import re

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import (
    as_number,
    reference_value,
    ruled_out,
    setting,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar

_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s?[bB]\b")


def judge(case: Case) -> Judgement:
    """The names of the two models, and their sizes where the names say them."""
    fact = setting(case.evidence, "model.name")
    theirs = reference_value(case, "model.name")
    if fact is None or not isinstance(fact.value, str) or not isinstance(theirs, str):
        return unknown("the model of both runs")
    words = f"{fact.value}, the reference runs {theirs}"
    if _stem(fact.value) == _stem(theirs):
        return ruled_out(f"{words}.", speaks_against(words, fact.origin))
    mine_size, their_size = _size(fact.value), _size(theirs)
    larger = bool(mine_size and their_size and mine_size > 1.1 * their_size)
    return Judgement(
        "confirmed" if larger else "inconclusive",
        f"{words}: another model.",
        (speaks_for(words, fact.origin),),
        strength="configuration",
        would_decide="the same run with the reference's checkpoint",
        plausibility=0.7 if larger else 0.3,
    )


def _stem(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.rstrip("/").rsplit("/", 1)[-1].lower())


def _size(name: Scalar) -> float | None:
    match = _SIZE.search(str(name))
    return as_number(float(match[1])) if match else None


CAUSE = Cause(
    id="model-variant-mismatch",
    title="Another model than the reference's",
    family="measurement",
    needs=("settings", "reference"),
    judge=judge,
    remedy=Remedy(action="Run the reference's checkpoint.", verify_command="qdoctor check"),
    no_effect_known="It may be anything: the rate goes with size, attention and precision.",
)
