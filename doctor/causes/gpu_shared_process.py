"""Another program computes or holds memory on the same GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    environment={"gpu.tenants": is_on}, messages=("free_memory_short",), statements=("said_shared_gpu",)
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="it takes time and memory.",
        missing="nvidia-smi during the run",
        decides="the same run on an idle GPU",
        factor=(0.7, 0.3, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="gpu-shared-process",
    title="Other processes use the GPU",
    family="gpu platform",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(action="Free the GPU.", verify_command="qdoctor env"),
    no_effect_known="No published figure was found.",
)
