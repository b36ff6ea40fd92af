"""The tokenizer's Python version is used."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.tokenizer_mode": one_of("slow")},
    messages=("slow_tokenizer",),
    statements=("said_slow_tokenizer",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
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
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(action="Use a model folder with tokenizer.json and --tokenizer-mode auto."),
    effects=(
        KnownEffect(
            0.34,
            "LightLLM with its slow tokenizer, in requests/s",
            "https://github.com/ModelTC/LightLLM/issues/104",
        ),
    ),
)
