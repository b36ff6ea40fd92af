"""The timer starts before LLM(...) is built."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    script={"timer_encloses_model": is_on},
    statements=("said_model_load_timed",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="start-up counts as generation time.",
        missing="the script",
        decides="a timer around generate() only",
        factor=(0.5, 0.1, 0.95),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="model-load-in-timed-region",
    title="Loading the model is timed too",
    family="measurement",
    needs=("script", "engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Start the timer after the model stands.", verify_command="vllm bench throughput --model MODEL"
    ),
    no_effect_known="The share follows from start-up and run time.",
)
