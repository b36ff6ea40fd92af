"""OMP_NUM_THREADS is large, or unset on a machine with many cores."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, above, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    environment={"env.OMP_NUM_THREADS": above(8)},
    messages=("omp_quota",),
    message_strength="warning",
    statements=("said_omp",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="threads wait for each other.",
        missing="OMP_NUM_THREADS and the number of usable cores",
        decides="the same run with OMP_NUM_THREADS=1",
        factor=(0.9, 0.5, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="omp-thread-contention",
    title="Too many CPU threads contend",
    family="host",
    needs=("environment", "signals"),
    judge=judge,
    remedy=Remedy(action="Set OMP_NUM_THREADS=1.", verify_command="qdoctor env"),
    no_effect_known="No published figure was found.",
)
