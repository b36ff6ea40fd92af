"""Text is rebuilt and scanned for stop strings while it is generated."""

from __future__ import annotations

from dataclasses import replace

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.sampling_settings import judge_settings
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def judge(case: Case) -> Judgement:
    """Stop strings given, or detokenising on where the reference has it off."""
    judgement = judge_settings(
        case,
        {"sampling.extra.stop": _none, "sampling.detokenize": _none_or_on},
        (0.99, 0.9, 1.0),
        "every new token is turned into text and compared with the stop strings on the CPU.",
        "said_stop_strings",
    )
    return replace(judgement, plausibility=0.5)


def _none(value: Scalar) -> bool:
    return not value


def _none_or_on(value: Scalar) -> bool:
    return value in (None, True)


CAUSE = Cause(
    id="detokenize-stop-strings",
    title="Stop strings are searched in the generated text",
    family="sampling",
    needs=("settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Drop the stop strings, or set detokenize=False where only token ids are needed.",
        verify_command="qdoctor check --ablation no-detokenize",
    ),
    factor="detokenization",
    ablations=(
        Ablation(
            id="no-detokenize",
            title="No detokenising",
            cause="detokenize-stop-strings",
            factor="detokenization",
            changes={"sampling.detokenize": False},
        ),
    ),
    effects=(
        KnownEffect(
            1 - 0.0127,
            "share of the wall time in the tokenizer, 70B on four GPUs, 2023",
            "https://github.com/vllm-project/vllm/pull/818",
        ),
    ),
)
