"""A kernel meets a shape it was not compiled for, in the middle of the run."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("jit",),
    message_strength="measured",
    statements=("said_jit",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="each compilation stalls all requests in flight.",
        missing="the engine's log during the run (0.27 or newer says it)",
        decides="a second identical run",
        factor=(0.95, 0.6, 1.0),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="jit-during-inference",
    title="Kernels are compiled during the run",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Warm up with the shapes of the run, and discard the first run.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    effects=(
        KnownEffect(
            0.907,
            "one request, with compilation in it",
            "https://github.com/lightseekorg/tokenspeed/pull/921",
        ),
    ),
)
