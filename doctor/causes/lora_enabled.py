"""LoRA's kernels run and other optimisations are off, used or not."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.enable_lora": is_on},
    messages=("lora_no_compile", "lora_default_kernels"),
    statements=("said_lora",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="every matrix gets two small ones beside it.",
        missing="the engine's command or its start-up log",
        decides="the same run without --enable-lora",
        factor=(0.6, 0.37, 0.9),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="lora-enabled",
    title="LoRA is enabled",
    family="distributed",
    needs=("settings", "signals", "script"),
    judge=judge,
    remedy=Remedy(
        action="Merge the adapter into the weights.", verify_command="vllm bench throughput --model MODEL"
    ),
    effects=(
        KnownEffect(
            0.664, "Llama-2-7B on an A100, in requests/s", "https://github.com/vllm-project/vllm/pull/11267"
        ),
        KnownEffect(0.5, "worst of a series", "https://github.com/vllm-project/vllm/issues/10062"),
    ),
)
