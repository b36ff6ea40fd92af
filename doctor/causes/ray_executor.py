"""Ray's remote calls cost more than plain processes."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.distributed_executor_backend": one_of("ray")},
    messages=("dist_backend_ray",),
    statements=("said_ray",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="each step pays for remote calls.",
        missing="the engine's command or its start-up log",
        decides="the same run with --distributed-executor-backend mp",
        factor=(0.93, 0.8, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="ray-executor",
    title="Ray runs the workers of one node",
    family="distributed",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Set --distributed-executor-backend mp.",
        verify_command="vllm bench throughput --model MODEL --distributed-executor-backend mp",
    ),
    effects=(
        KnownEffect(
            0.878, "time to first token, 7B on two H100", "https://github.com/vllm-project/vllm/pull/3466"
        ),
    ),
)
