"""Scheduling waits for the GPU, and the GPU for scheduling."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_off, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.async_scheduling": is_off},
    messages=("async_off",),
    cleared_by=("async_on",),
    statements=("said_async_off",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the GPU waits between steps.",
        missing="the engine's command or its start-up log",
        decides="the same run with --async-scheduling",
        factor=(0.9, 0.75, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="async-scheduling-off",
    title="CPU and GPU work do not overlap",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use --async-scheduling, and no feature that excludes it.",
        verify_command="qdoctor check --no-async-scheduling",
    ),
    effects=(
        KnownEffect(
            0.781,
            "multi-step scheduling of 0.6.0, Llama-70B on four H100",
            "https://blog.vllm.ai/2024/09/05/perf-update.html",
        ),
    ),
)
