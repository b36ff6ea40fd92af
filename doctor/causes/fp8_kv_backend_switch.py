"""With --kv-cache-dtype fp8 another attention backend is used."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, holds, judge_marks
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.kv_cache_dtype": holds("fp8")},
    statements=("said_fp8_kv",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="attention runs on another backend; the KV cache holds twice as much.",
        missing="the engine's command or its start-up log",
        decides="the same run with --kv-cache-dtype auto",
        factor=(0.85, 0.65, 1.3),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="fp8-kv-backend-switch",
    title="An FP8 KV cache changes the attention backend",
    family="quantization",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Compare with --kv-cache-dtype auto, or use FlashInfer.",
        verify_command="qdoctor check --kv-cache-dtype fp8",
    ),
    factor="precision",
    ablations=(
        Ablation(
            id="fp8-kv-cache",
            title="KV cache in fp8",
            cause="fp8-kv-backend-switch",
            factor="precision",
            changes={"engine.kv_cache_dtype": "fp8"},
            requires="gpu",
            note="With dummy weights the scales are 1; the speed does not depend on them.",
        ),
    ),
    effects=(
        KnownEffect(0.653, "median time to first token", "https://github.com/vllm-project/vllm/issues/49723"),
    ),
)
