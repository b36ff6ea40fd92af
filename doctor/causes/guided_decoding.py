"""Each step computes which tokens the grammar allows."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={
        "sampling.extra.guided_json": is_on,
        "sampling.extra.guided_regex": is_on,
        "sampling.extra.guided_grammar": is_on,
        "sampling.extra.guided_choice": is_on,
        "sampling.extra.response_format": is_on,
        "sampling.extra.structured_outputs": is_on,
    },
    statements=("said_guided",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the grammar is compiled and masks are made on the CPU.",
        missing="the requests' parameters",
        decides="the same run without the constraint",
        factor=(0.4, 0.08, 0.95),
        plausibility=0.85,
    )


CAUSE = Cause(
    id="guided-decoding",
    title="Outputs are constrained by a grammar",
    family="sampling",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use xgrammar and a current release; constrain only where needed.",
        verify_command="vllm bench serve --model MODEL --max-concurrency 64",
    ),
    factor="sampling",
    effects=(
        KnownEffect(
            0.087,
            "outlines, Qwen-14B on an H100, March 2024",
            "https://github.com/vllm-project/vllm/issues/3567",
        ),
        KnownEffect(0.235, "outlines against xgrammar", "https://github.com/vllm-project/vllm/pull/10785"),
    ),
)
