"""The timer starts before LLM(...) is built."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import number
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    script={"timer_encloses_model": is_on},
    statements=("said_model_load_timed",),
)

START_S = 40.0
"""A usual start: vLLM's logs of 7B models say 30 to 60 s for loading, compiling and capturing."""

_USUAL_RATE = 1000.0
"""Output tokens/s of a 7B model on a large GPU, as far as it matters beside a start."""


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``; few tokens take seconds, a start takes a minute."""
    prompts = number(case.evidence, "workload.num_prompts")
    output = number(case.evidence, "workload.output_len")
    made_s = prompts * output / _USUAL_RATE if prompts and output else START_S
    return judge_marks(
        case,
        _MARKS,
        because="start-up counts as generation time.",
        missing="the script",
        decides="a timer around generate() only",
        factor=(made_s / (made_s + START_S), made_s / (made_s + 3 * START_S), 0.95),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="model-load-in-timed-region",
    title="Loading the model is timed too",
    family="measurement",
    needs=("script", "settings", "engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Start the timer after the model stands.", verify_command="vllm bench throughput --model MODEL"
    ),
    no_effect_known="The share follows from start-up and run time.",
)
