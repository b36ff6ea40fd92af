"""Stages wait for each other unless enough requests are in flight."""

from __future__ import annotations

from dataclasses import replace

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import about, in_flight, number, signal
from doctor.causes.marks import Marks, above, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.pipeline_parallel_size": above(1)},
    statements=("said_pipeline",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``. With no more requests in flight than stages, one stage
    works at a time and the others wait: the rate is that of one stage's GPUs."""
    judgement = judge_marks(
        case,
        _MARKS,
        because="stages wait for each other at low load.",
        missing="the engine's command or its start-up log",
        decides="the same GPUs with tensor parallelism",
        factor=(0.8, 0.4, 1.0),
        plausibility=0.6,
    )
    stages = number(case.evidence, "engine.extra.pipeline_parallel_size")
    if judgement.factor is None or stages is None or stages <= 1 or not _few_in_flight(case, stages):
        return judgement
    factor = about(1.3 / stages, 1 / stages, 0.9)
    return replace(judgement, factor=factor, plausibility=max(0.9, judgement.plausibility))


def _few_in_flight(case: Case, stages: float) -> bool:
    flight = in_flight(case)
    if flight is not None:
        return flight[0] <= stages
    return signal(case.evidence, "said_single_request", "said_loop", "said_tiny_batch") is not None


CAUSE = Cause(
    id="pipeline-parallel",
    title="Pipeline parallelism leaves bubbles",
    family="distributed",
    needs=("settings", "signals", "stats", "delivered"),
    judge=judge,
    remedy=Remedy(
        action="Use tensor parallelism inside a node, and more requests in flight.",
        verify_command="qdoctor check --tensor-parallel-size 2",
    ),
    no_effect_known="A significant drop is reported without a ratio (https://github.com/vllm-project/vllm/issues/11192).",
)
