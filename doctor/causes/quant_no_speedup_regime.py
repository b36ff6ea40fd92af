"""Fewer bytes per weight only help where reading weights is what takes the time."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_no_speedup",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="where arithmetic or the CPU binds, or the run is tiny, fewer bytes change nothing.",
        missing="the rate at one request, quantized and not",
        decides="a single-request latency test of both",
        plausibility=0.6,
    )


CAUSE = Cause(
    id="quant-no-speedup-regime",
    title="Quantization cannot help at this load",
    family="quantization",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(action="Expect a gain in bandwidth-bound decode only: few requests, large model."),
    effects=(
        KnownEffect(
            0.981,
            "FP8 against BF16, Qwen3-8B on an H100, in output tokens/s",
            "https://github.com/vllm-project/vllm/issues/25915",
        ),
    ),
)
