"""generation_config.json sets top_k, top_p or penalties that nobody asked for."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("gen_config",),
    statement_strength="warning",
    statements=("said_generation_config",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="requests that give no sampling parameters use the model's.",
        missing="the engine's command or its start-up log",
        decides="the same run with --generation-config vllm",
        factor=(0.92, 0.7, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="generation-config-sampling",
    title="The model's generation config sets the sampling",
    family="sampling",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(
        action="Start with --generation-config vllm.",
        verify_command="qdoctor check --ablation top-p --ablation top-k",
    ),
    factor="sampling",
    no_effect_known="It costs what the sampling it switches on costs.",
)
