"""V0 reserves activation memory for the longest context, and leaves less for the KV cache."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("long_ctx",),
    message_strength="warning",
    statements=("said_max_len_large",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="less memory is left for the KV cache.",
        missing="the line with the KV cache's size",
        decides="the same run with --max-model-len at what is used",
        factor=(0.95, 0.3, 1.0),
        plausibility=0.4,
    )


CAUSE = Cause(
    id="max-model-len-too-large",
    title="The context length is set far too long",
    family="scheduler and memory",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(
        action="Set --max-model-len to prompt plus output and a margin.",
        verify_command="qdoctor check --max-model-len 4096",
    ),
    factor="kv_memory",
    effects=(
        KnownEffect(
            0.077,
            "KV blocks at 16K context, a bug of 0.2.5",
            "https://github.com/vllm-project/vllm/issues/2136",
        ),
    ),
)
