"""The power limit is below the default, or the GPU sits at it."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import context, fact_of, value_of
from doctor.causes.marks import Marks, below, is_on, judge_marks
from doctor.schema.finding import Remedy

_LOWERED = 0.98
"""Below this share of the default a limit counts as lowered: vendors round by a few watts."""
_MARKS = Marks(
    environment={"gpu.power_limit_share": below(_LOWERED), "gpu.throttle.sw_power_cap": is_on},
    statements=("said_power_cap",),
)


def judge(case: Case) -> Judgement:
    """By limit and clock events: a cap that acts at the default limit, every card of the kind has."""
    share = value_of(case.evidence.environment, "gpu.power_limit_share")
    acts = fact_of(case.evidence.environment, "gpu.throttle.sw_power_cap")
    if share is not None and share >= _LOWERED and acts is not None and is_on(acts.value):
        words = f"the power cap held the clocks back ({acts.value}), at the card's default limit"
        return Judgement(
            "inconclusive",
            f"{words[:1].upper()}{words[1:]}: so it does on every card of the kind at full work.",
            (context(words, acts.origin),),
            strength="warning",
            would_decide="the power limit of the published figure's card",
            plausibility=0.2,
        )
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
    remedy=Remedy(action="Restore the default: nvidia-smi -pl.", verify_command="qdoctor env"),
    effects=(
        KnownEffect(
            0.789,
            "prefill at 210 W instead of 330 W (decode unchanged)",
            "https://github.com/Tanguille/cluster/pull/4137",
        ),
    ),
)
