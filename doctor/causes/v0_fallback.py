"""A feature makes releases 0.8 to 0.10 fall back to the V0 engine."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def _zero(value: Scalar) -> bool:
    return value in (0, "0")


_MARKS = Marks(messages=("v0_fallback",), statements=("said_v0",), environment={"env.VLLM_USE_V1": _zero})


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the V0 engine schedules with more CPU work.",
        missing="the first lines of the engine's log",
        decides="the same run without that feature",
        factor=(0.75, 0.5, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="v0-fallback",
    title="The old V0 engine runs",
    family="execution",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(
        action="Remove the flag that V1 does not know, or VLLM_USE_V1=0.",
        verify_command="VLLM_USE_V1=1 vllm bench throughput --model MODEL",
    ),
    no_effect_known="No isolated figure was found.",
)
