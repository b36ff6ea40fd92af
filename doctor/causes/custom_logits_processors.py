"""min_tokens, logit_bias, bad_words and own processors run per request on the CPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, above, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={
        "sampling.extra.logits_processors": is_on,
        "sampling.extra.logit_bias": is_on,
        "sampling.extra.bad_words": is_on,
        "sampling.extra.min_tokens": above(0),
    },
    statements=("said_logits_processor",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="each step runs code per request on the CPU.",
        missing="the requests' sampling parameters",
        decides="the same run without them",
        factor=(0.98, 0.8, 1.0),
        plausibility=0.3,
    )


CAUSE = Cause(
    id="custom-logits-processors",
    title="Logits processors run in Python",
    family="sampling",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Remove them; ignore_eos forces the length without min_tokens.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    factor="sampling",
    no_effect_known="No published figure was found.",
)
