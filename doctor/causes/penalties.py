"""Repetition, presence and frequency penalties keep counts per token and sequence."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.sampling_settings import judge_settings
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def judge(case: Case) -> Judgement:
    """A penalty off its neutral value."""
    return judge_settings(
        case,
        {
            "sampling.repetition_penalty": _one,
            "sampling.presence_penalty": _zero,
            "sampling.frequency_penalty": _zero,
        },
        (0.93, 0.7, 1.0),
        "each step counts tokens over batch × vocabulary.",
        "said_penalty",
    )


def _one(value: Scalar) -> bool:
    return value is None or value == 1


def _zero(value: Scalar) -> bool:
    return value is None or value == 0


CAUSE = Cause(
    id="penalties",
    title="Penalties are applied in every step",
    family="sampling",
    needs=("settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Leave the penalties at their neutral values (repetition 1, presence 0, frequency 0).",
        verify_command="qdoctor check --ablation penalties",
    ),
    factor="penalties",
    ablations=(
        Ablation(
            id="penalties",
            title="Repetition penalty 1.1 and presence penalty 0.5",
            cause="penalties",
            factor="penalties",
            changes={"sampling.repetition_penalty": 1.1, "sampling.presence_penalty": 0.5},
        ),
    ),
    no_effect_known="Only kernel times are published (https://github.com/vllm-project/vllm/pull/18437).",
)
