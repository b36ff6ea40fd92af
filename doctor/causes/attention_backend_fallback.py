"""The GPU, the dtype, the KV cache's dtype or a missing package excludes FlashAttention."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(messages=("attn_no_fa2",), statements=("said_no_flash_attention", "said_turing"))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="attention runs on a slower backend; the cost grows with the prompt's length.",
        missing="the line that names the attention backend",
        decides="the same run with another --attention-backend",
        factor=(0.9, 0.6, 1.0),
        plausibility=0.4,
    )


CAUSE = Cause(
    id="attention-backend-fallback",
    title="FlashAttention cannot be used",
    family="execution",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(
        action="Use a GPU of compute capability 8.0 or newer, bfloat16, or install what is missing.",
        verify_command="qdoctor env",
    ),
    no_effect_known="Two users saw no difference at short prompts (https://github.com/vllm-project/vllm/issues/3997).",
)
