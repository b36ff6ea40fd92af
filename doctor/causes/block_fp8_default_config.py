"""vLLM has no tuned file for this block-FP8 matrix and GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("block_fp8_default",),
    message_strength="warning",
    statement_strength="warning",
    statements=("said_block_fp8_config",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the message alone is weak evidence.",
        missing="the engine's command or its start-up log",
        decides="the same run with DeepGEMM or a tuned file",
        factor=(0.97, 0.7, 1.0),
        plausibility=0.3,
    )


CAUSE = Cause(
    id="block-fp8-default-config",
    title="No tuned configuration for the block-FP8 kernel",
    family="quantization",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(
        action="Tune, or set VLLM_USE_DEEP_GEMM=1.",
        verify_command="VLLM_USE_DEEP_GEMM=1 vllm bench throughput --model MODEL",
    ),
    no_effect_known="No published figure was found.",
)
