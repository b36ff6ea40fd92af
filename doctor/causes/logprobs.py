"""Log-probabilities are computed and copied for every token."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.sampling_settings import judge_settings
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def judge(case: Case) -> Judgement:
    """logprobs or prompt_logprobs asked, and the reference does not."""
    return judge_settings(
        case,
        {"sampling.logprobs": _none, "sampling.extra.prompt_logprobs": _none},
        (0.8, 0.03, 0.95),
        "a log-softmax over the vocabulary, its top entries sorted and sent to the host, for each token.",
        "said_logprobs",
    )


def _none(value: Scalar) -> bool:
    return value is None or value is False


CAUSE = Cause(
    id="logprobs",
    title="Log-probabilities are asked for",
    family="sampling",
    needs=("settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Do not ask for logprobs, or for few.", verify_command="qdoctor check --ablation logprobs"
    ),
    factor="logprobs",
    ablations=(
        Ablation(
            id="logprobs",
            title="Five log-probabilities per token",
            cause="logprobs",
            factor="logprobs",
            changes={"sampling.logprobs": 5},
        ),
    ),
    effects=(
        KnownEffect(
            4905 / 5900,
            "logprobs=5 on V1, in output tokens/s",
            "https://github.com/vllm-project/vllm/pull/9880",
        ),
        KnownEffect(
            9.62 / 37.76,
            "logprobs=10000 against 100, Llama-3-8B on an A6000, vLLM 0.4.2",
            "https://github.com/vllm-project/vllm/issues/4699",
        ),
    ),
)
