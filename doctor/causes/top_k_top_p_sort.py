"""Top-p and top-k sampling sorts the vocabulary in every step."""

from __future__ import annotations

from dataclasses import replace

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import signal, speaks_for
from doctor.causes.sampling_settings import judge_settings
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def judge(case: Case) -> Judgement:
    """top_p below 1 or top_k above 0; the fallback message of the sampler strengthens it."""
    judgement = judge_settings(
        case,
        {"sampling.top_p": _whole_top_p, "sampling.top_k": _no_top_k},
        (0.85, 0.5, 1.0),
        "each step sorts the logits of the whole vocabulary.",
        "said_top_p",
    )
    fallback = signal(case.evidence, "sampler_native")
    if fallback is None:
        return judgement
    line = speaks_for("the sampler falls back to the PyTorch-native implementation", fallback.origin)
    if judgement.status == "inconclusive":
        return replace(judgement, strength="warning", lines=(*judgement.lines, line))
    return replace(judgement, lines=(*judgement.lines, line))


def _whole_top_p(value: Scalar) -> bool:
    return value is None or value == 1


def _no_top_k(value: Scalar) -> bool:
    return value is None or value in (0, -1)


def _arm(name: str, title: str, path: str, value: Scalar) -> Ablation:
    return Ablation(id=name, title=title, cause="top-k-top-p-sort", factor="sampling", changes={path: value})


CAUSE = Cause(
    id="top-k-top-p-sort",
    title="Top-p or top-k sampling sorts the vocabulary",
    family="sampling",
    needs=("settings", "signals", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Sample with top_p=1 and top_k=0 as most benchmarks do, or use the FlashInfer sampler "
        "(VLLM_USE_FLASHINFER_SAMPLER=1).",
        verify_command="qdoctor check --ablation top-p --ablation top-k --ablation greedy",
    ),
    factor="sampling",
    ablations=(
        _arm("top-p", "top_p 0.85", "sampling.top_p", 0.85),
        _arm("top-k", "top_k 50", "sampling.top_k", 50),
        _arm("greedy", "Greedy sampling", "sampling.temperature", 0.0),
    ),
    effects=(
        KnownEffect(
            40.20 / 47.40,
            "top-p on V1 at the end of 2024, in requests/s",
            "https://github.com/vllm-project/vllm/pull/11394",
        ),
        KnownEffect(
            47.15 / 47.40,
            "the same with FlashInfer's sampler",
            "https://github.com/vllm-project/vllm/pull/11394",
        ),
    ),
)
