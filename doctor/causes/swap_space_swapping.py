"""V0 copies the KV cache of preempted sequences over PCIe."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, above, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("stats_swapped",),
    settings={"sampling.extra.use_beam_search": is_on, "sampling.extra.best_of": above(1)},
    message_strength="measured",
    statements=("said_swapped",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="copies over PCIe stall the batch.",
        missing="the statistics lines (Swapped, CPU KV cache usage)",
        decides="the same run with n=1",
        factor=(0.7, 0.1, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="swap-space-swapping",
    title="Sequences are swapped to host memory",
    family="scheduler and memory",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Avoid best_of and beam search; V1 does not swap.",
        verify_command="qdoctor check --ablation n-4",
    ),
    no_effect_known="Stalls are reported without a ratio (https://github.com/vllm-project/vllm/issues/546).",
)
