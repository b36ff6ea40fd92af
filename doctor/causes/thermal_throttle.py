"""The GPU lowers its clocks to cool down."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    environment={
        "gpu.throttle.hw_thermal": is_on,
        "gpu.throttle.sw_thermal": is_on,
        "gpu.throttle.hw_slowdown": is_on,
    },
    statements=("said_throttle",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="clocks fall over the minutes of a run.",
        missing="nvidia-smi -q -d TEMPERATURE,PERFORMANCE during the run",
        decides="the same run with better cooling",
        factor=(0.8, 0.5, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="thermal-throttle",
    title="The GPU throttles because of heat",
    family="gpu platform",
    needs=("environment", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Improve the cooling; wait for the GPU to cool between runs.", verify_command="qdoctor env"
    ),
    no_effect_known="No published figure for vLLM was found.",
)
