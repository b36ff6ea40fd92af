"""Slots for drafts are taken from the tokens that a step may process."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(messages=("spec_budget",), message_strength="warning")


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="prompts are processed in smaller pieces.",
        missing="the engine's command or its start-up log",
        decides="the same run with a larger --max-num-batched-tokens",
        factor=(0.95, 0.8, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="spec-decode-token-budget",
    title="Draft tokens shrink the token budget",
    family="scheduler and memory",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(
        action="Raise --max-num-batched-tokens.",
        verify_command="vllm bench throughput --model MODEL --max-num-batched-tokens 8192",
    ),
    no_effect_known="No published figure was found.",
)
