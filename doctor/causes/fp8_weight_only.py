"""The GPU has no FP8 arithmetic: weights are expanded in the kernel."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("fp8_weight_only",),
    statements=("said_fp8_old_gpu",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="it saves memory traffic and loses where arithmetic binds.",
        missing="the engine's command or its start-up log",
        decides="the same run in BF16 or INT8",
        factor=(0.9, 0.7, 2.0),
        plausibility=0.4,
    )


CAUSE = Cause(
    id="fp8-weight-only",
    title="FP8 without hardware for it",
    family="quantization",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use INT8 (W8A8) or BF16 on this GPU where batches are large.",
        verify_command="qdoctor check --quantization fp8",
    ),
    no_effect_known="It is a gain at small batches and a loss at large ones (https://github.com/vllm-project/vllm/pull/5975).",
)
