"""The tokenizer's Python version is used."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.front_end import time_of_adding
from doctor.causes.lookup import about, signal, speaks_for
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.tokenizer_mode": one_of("slow")},
    messages=("slow_tokenizer",),
    statements=("said_slow_tokenizer",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away, or by the time that adding requests of text took."""
    adding = time_of_adding(case)
    if adding is not None and signal(case.evidence, "said_images", "said_images_slow") is None:
        share, words, place = adding
        return Judgement(
            "confirmed",
            f"{words}: tokenising holds up requests.",
            (speaks_for(words, place),),
            strength="measured",
            factor=about(1 - share, 0.05, 0.98),
            would_decide="the same run with a fast tokenizer",
        )
    return judge_marks(
        case,
        _MARKS,
        because="tokenising holds up requests.",
        missing="the engine's command or its start-up log",
        decides="the same run with a fast tokenizer",
        factor=(0.7, 0.34, 0.98),
        plausibility=0.8,
    )


CAUSE = Cause(
    id="slow-tokenizer",
    title="A slow tokenizer is in the path",
    family="host",
    needs=("settings", "signals", "engine_facts"),
    judge=judge,
    remedy=Remedy(
        action="Use a model folder with tokenizer.json and --tokenizer-mode auto.",
        verify_command="vllm serve MODEL --tokenizer-mode auto",
    ),
    effects=(
        KnownEffect(
            0.34,
            "LightLLM with its slow tokenizer, in requests/s",
            "https://github.com/ModelTC/LightLLM/issues/104",
        ),
    ),
)
