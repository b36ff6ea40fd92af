"""Stages wait for each other unless enough requests are in flight."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, above, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.pipeline_parallel_size": above(1)},
    statements=("said_pipeline",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="stages wait for each other at low load.",
        missing="the engine's command or its start-up log",
        decides="the same GPUs with tensor parallelism",
        factor=(0.8, 0.4, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="pipeline-parallel",
    title="Pipeline parallelism leaves bubbles",
    family="distributed",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use tensor parallelism inside a node, and more requests in flight.",
        verify_command="qdoctor check --tensor-parallel-size 2",
    ),
    no_effect_known="A significant drop is reported without a ratio (https://github.com/vllm-project/vllm/issues/11192).",
)
