"""The power limit is below the default, or the GPU sits at it."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(environment={"gpu.throttle.sw_power_cap": is_on}, statements=("said_power_cap",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="clocks fall to keep the limit.",
        missing="nvidia-smi -q -d POWER,PERFORMANCE",
        decides="the same run at the default limit",
        factor=(0.85, 0.7, 1.0),
        plausibility=0.7,
    )


CAUSE = Cause(
    id="power-cap",
    title="The GPU's power is capped",
    family="gpu platform",
    needs=("environment", "signals"),
    judge=judge,
    remedy=Remedy(action="Restore the default: nvidia-smi -pl."),
    effects=(
        KnownEffect(
            0.789,
            "prefill at 210 W instead of 330 W (decode unchanged)",
            "https://github.com/Tanguille/cluster/pull/4137",
        ),
    ),
)
