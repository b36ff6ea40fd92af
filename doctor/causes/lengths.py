"""Delivered lengths against those of the reference; shared by the two length causes."""

from __future__ import annotations

from typing import Literal

from doctor.causes.contract import Case, Judgement
from doctor.causes.gap import remaining_ratio
from doctor.causes.lookup import (
    as_number,
    main_run,
    reference_value,
    ruled_out,
    setting,
    speaks_against,
    speaks_for,
    unknown,
)

TOLERANCE = 0.10
"""Means that differ by less come from sampling a data set."""


def delivered_length(case: Case, side: Literal["input", "output"]) -> tuple[float, str] | None:
    """Mean tokens per request, as delivered or else as asked, and where that stands."""
    run = main_run(case.evidence)
    if run is not None and run.requests:
        tokens = run.prompt_tokens if side == "input" else run.output_tokens
        if tokens is not None:
            return tokens / run.requests, str(run.origin)
    fact = setting(case.evidence, f"workload.{side}_len")
    value = as_number(fact.value) if fact else None
    return (value, str(fact.origin)) if fact and value is not None else None


def judge_length(case: Case, side: Literal["input", "output"]) -> Judgement:
    """Whether prompts or outputs have the reference's length."""
    name = "prompt" if side == "input" else "output"
    mine = delivered_length(case, side)
    theirs = as_number(reference_value(case, f"workload.{side}_len"))
    if mine is None or not theirs:
        return unknown(f"the {name} tokens per request of both runs")
    value, place = mine
    words = f"{value:.0f} {name} tokens per request, the reference has {theirs:.0f}"
    if abs(value / theirs - 1) <= TOLERANCE:
        return ruled_out(f"{words}.", speaks_against(words, place))
    easier = value < theirs if side == "input" else value > theirs
    ratio = remaining_ratio(case)
    if easier and ratio is not None and ratio < 1:
        note = f"{words}; that alone would raise the output rate, not lower it"
        return Judgement(
            "confirmed", f"{note}.", (speaks_for(words, place),), strength="configuration", plausibility=0.1
        )
    return Judgement(
        "confirmed",
        f"{words}: the two runs do different work.",
        (speaks_for(words, place),),
        strength="measured" if main_run(case.evidence) else "configuration",
        would_decide=f"a run with {theirs:.0f} {name} tokens per request",
        plausibility=min(1.0, abs(value / theirs - 1)),
    )
