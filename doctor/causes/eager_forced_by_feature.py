"""A feature switches CUDA graphs off without being asked to."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import signal
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("eager_forced",),
    statements=("said_forced_eager",),
    settings={"engine.quantization": one_of("bitsandbytes")},
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="CUDA graphs are off although nobody asked for it.",
        missing="the engine's command or its start-up log",
        decides="the same run without that feature",
        factor=(0.8, 0.5, 0.97),
        plausibility=0.9 if signal(case.evidence, "said_forced_eager", "eager_forced") else 0.5,
    )


CAUSE = Cause(
    id="eager-forced-by-feature",
    title="A feature forces eager mode",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Drop the feature, or use a release in which it runs with CUDA graphs.",
        verify_command="qdoctor check --ablation enforce-eager",
    ),
    effects=(
        KnownEffect(
            0.543, "eager mode itself: 7B AWQ, one request", "https://github.com/dphnAI/sonar/issues/1114"
        ),
    ),
)
