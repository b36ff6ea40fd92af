"""torch.compile is switched off, or the model does not support it."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, below, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("compile_off",),
    settings={"engine.extra.optimization_level": below(2), "engine.extra.compilation_mode": one_of("none")},
    cleared_by=("compile_time",),
    statements=("said_compile_off",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="kernels are not fused.",
        missing="the engine's command or its start-up log",
        decides="the same run at the default level",
        factor=(0.93, 0.8, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="compile-level-low",
    title="torch.compile is off",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Remove -O0/-O1 and TORCH_COMPILE_DISABLE.",
        verify_command="vllm bench throughput --model MODEL -O2",
    ),
    no_effect_known="It depends on the model; no general figure was found.",
)
