"""An attention backend is forced that is not the default for this GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.attention_backend": is_on},
    environment={"env.VLLM_ATTENTION_BACKEND": is_on},
    statements=("said_attention_backend",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="vLLM's own choice is not used.",
        missing="the line that names the attention backend",
        decides="the same run with the default backend",
        factor=(0.92, 0.6, 1.05),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="attention-backend-suboptimal",
    title="A slower attention backend was chosen",
    family="execution",
    needs=("settings", "environment", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Remove --attention-backend (VLLM_ATTENTION_BACKEND).", verify_command="qdoctor env"
    ),
    no_effect_known="A clear loss is reported without a ratio (https://github.com/vllm-project/vllm/issues/9471).",
)
