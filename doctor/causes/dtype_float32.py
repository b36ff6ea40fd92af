"""Weights and activations take four bytes each."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, holds, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.dtype": holds("float32", "fp32")},
    messages=("upcast_fp32",),
    statements=("said_float32",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="twice the bytes per weight, and no tensor cores at full speed.",
        missing="the engine's command or its start-up log",
        decides="the same run with --dtype bfloat16",
        factor=(0.45, 0.2, 0.55),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="dtype-float32",
    title="The model runs in float32",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(action="Set --dtype bfloat16 (or half).", verify_command="qdoctor check --dtype float32"),
    no_effect_known="A factor of two or more follows from the bytes; no clean measurement was found.",
)
