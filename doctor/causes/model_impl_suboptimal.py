"""vLLM has no implementation of its own for the model, and runs the Transformers one."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("transformers_backend",),
    settings={"engine.extra.model_impl": one_of("transformers")},
    statements=("said_transformers_backend",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="a generic implementation is slower than vLLM's own.",
        missing="the engine's command or its start-up log",
        decides="the same run on a release that knows the model",
        factor=(0.6, 0.16, 0.95),
        plausibility=0.7,
    )


CAUSE = Cause(
    id="model-impl-suboptimal",
    title="A generic implementation runs the model",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use a release with a native implementation.",
        verify_command="vllm bench throughput --model MODEL --model-impl vllm",
    ),
    effects=(
        KnownEffect(
            0.167,
            "StarCoder before its attention was supported",
            "https://github.com/vllm-project/vllm/issues/462",
        ),
    ),
)
