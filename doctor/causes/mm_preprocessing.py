"""The Hugging Face processor resizes and cuts images before the GPU sees them."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={
        "engine.extra.mm_processor_kwargs": is_on,
    },
    statements=("said_images_slow",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the GPU waits for the processor.",
        missing="the CPU use of the API server's process",
        decides="the same run with text only",
        factor=(0.5, 0.1, 0.95),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="mm-preprocessing",
    title="Images or video are prepared on the CPU",
    family="host",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Limit max_pixels (--mm-processor-kwargs), raise --api-server-count, use the fast processor."
    ),
    effects=(
        KnownEffect(
            0.2, "GPU use while the CPU was at 100 %", "https://github.com/vllm-project/vllm/issues/21873"
        ),
    ),
)
