"""The run has a MIG instance or a vGPU, not the whole GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(environment={"gpu.mig": is_on}, statements=("said_mig",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="it has a share of the memory, of its bandwidth and of the compute units.",
        missing="nvidia-smi -L",
        decides="the same run on a whole GPU",
        factor=(0.4, 0.1, 0.7),
        plausibility=0.45,
    )


CAUSE = Cause(
    id="mig-slice",
    title="A slice of a GPU is used",
    family="gpu platform",
    needs=("environment", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Compare with a whole GPU, or scale the reference by the slice.", verify_command="qdoctor env"
    ),
    no_effect_known="The share follows from the slice's profile; no measurement was found.",
)
