"""The Hugging Face processor resizes and cuts images before the GPU sees them."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.front_end import time_of_adding
from doctor.causes.lookup import about, signal, speaks_for
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.mm_processor_kwargs": is_on},
    statements=("said_images_slow",),
)
_DECIDES = "the same run with text only"


def judge(case: Case) -> Judgement:
    """Measured: adding requests takes longer than processing them, and they hold images."""
    images = signal(case.evidence, "said_images", "said_images_slow")
    adding = time_of_adding(case)
    if adding is not None and images is not None:
        share, words, place = adding
        return Judgement(
            "confirmed",
            f"{words}, and the requests hold images: the processor on the CPU sets the pace.",
            (speaks_for(words, place), speaks_for(f"it is said: “{images.text}”", images.origin)),
            strength="measured",
            factor=about(1 - share, 0.05, 0.95),
            would_decide=_DECIDES,
        )
    return judge_marks(
        case,
        _MARKS,
        because="the GPU waits for the processor.",
        missing="the CPU use of the API server's process, and whether requests hold images",
        decides=_DECIDES,
        factor=(0.5, 0.1, 0.95),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="mm-preprocessing",
    title="Images or video are prepared on the CPU",
    family="host",
    needs=("settings", "signals", "engine_facts"),
    judge=judge,
    remedy=Remedy(
        action="Limit max_pixels (--mm-processor-kwargs), raise --api-server-count, use the fast processor.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    effects=(
        KnownEffect(
            0.2, "GPU use while the CPU was at 100 %", "https://github.com/vllm-project/vllm/issues/21873"
        ),
    ),
)
