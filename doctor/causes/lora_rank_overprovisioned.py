"""Buffers and kernels are sized for a rank that no adapter has."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, above, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.max_lora_rank": above(64)},
    statements=("said_lora_rank",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="kernels work on padding.",
        missing="the ranks of the adapters",
        decides="the same run with max_lora_rank at the adapters' rank",
        factor=(0.93, 0.8, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="lora-rank-overprovisioned",
    title="max_lora_rank is larger than needed",
    family="distributed",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Set --max-lora-rank to the largest rank in use.",
        verify_command="vllm bench throughput --model MODEL --enable-lora --max-lora-rank 16",
    ),
    no_effect_known="Documented without a figure (https://github.com/vllm-project/vllm/pull/22782).",
)
