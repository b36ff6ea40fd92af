"""Prompts are shorter or longer than the reference's."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lengths import judge_length
from doctor.schema.ablation import Ablation, Scale
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """Delivered (or asked) prompt tokens per request against the reference's."""
    return judge_length(case, "input")


def _scaled(name: str, title: str, times: float) -> Ablation:
    return Ablation(
        id=name,
        title=title,
        cause="input-length-mismatch",
        factor="input_length",
        changes={"workload.input_len": Scale(times=times)},
    )


CAUSE = Cause(
    id="input-length-mismatch",
    title="Prompt length differs from the reference's",
    family="measurement",
    needs=("delivered", "settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Send prompts of the reference's length, counted in tokens of this model's tokenizer.",
        verify_command="qdoctor check --ablation half-input --ablation double-input",
    ),
    factor="input_length",
    ablations=(
        _scaled("half-input", "Half the prompt length", 0.5),
        _scaled("double-input", "Twice the prompt length", 2.0),
    ),
    effects=(
        KnownEffect(
            273 / 5364,
            "prompts above 8000 tokens instead of up to 100, batch 90, in words/s",
            "https://github.com/vllm-project/vllm/issues/11286",
        ),
    ),
)
