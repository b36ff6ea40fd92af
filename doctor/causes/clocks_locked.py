"""Application clocks or a lock hold the GPU down."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(environment={"gpu.throttle.applications_clocks": is_on}, statements=("said_clocks",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="prefill goes with the SM clock.",
        missing="nvidia-smi -q -d CLOCK,PERFORMANCE",
        decides="the same run after nvidia-smi -rgc and -rac",
        factor=(0.85, 0.5, 1.0),
        plausibility=0.7,
    )


CAUSE = Cause(
    id="clocks-locked",
    title="Clocks are locked below their maximum",
    family="gpu platform",
    needs=("environment",),
    judge=judge,
    remedy=Remedy(action="Reset the clocks: nvidia-smi -rgc, nvidia-smi -rac.", verify_command="qdoctor env"),
    no_effect_known="Prefill scales with the clock by arithmetic; no measurement was found.",
)
