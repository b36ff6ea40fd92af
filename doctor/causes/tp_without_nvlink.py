"""GPUs exchange activations in every layer, over PCIe or host memory."""

from __future__ import annotations

import re

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import about, fact_of, number, ruled_out, setting, speaks_against, speaks_for
from doctor.causes.marks import Marks, is_off, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("custom_ar_off",),
    statements=("said_no_nvlink", "said_tp_slower", "said_all_reduce"),
    environment={"gpu.nvlink": is_off},
)
_CARDS = re.compile(r"\bRTX|\b[2-5]0[5-9]0\b|\b(?:L20|L40S?|L4|A10G?|T4)\b")
"""Cards that have no NVLink, or none by default (NVIDIA's data sheets)."""


def judge(case: Case) -> Judgement:
    """By what gives it away, or several cards of a kind without NVLink."""
    ranks = number(case.evidence, "engine.tensor_parallel_size")
    if ranks == 1:
        fact = setting(case.evidence, "engine.tensor_parallel_size")
        return ruled_out(
            "One GPU runs the model.",
            speaks_against("tensor_parallel_size is 1", fact.origin if fact else ""),
        )
    judgement = judge_marks(
        case,
        _MARKS,
        because="all-reduces take a large part of each step.",
        missing="nvidia-smi topo -m",
        decides="the same run with one GPU, or with pipeline or data parallelism",
        factor=(0.75, 0.5, 0.98),
        plausibility=0.8,
    )
    card = fact_of(case.evidence.environment, "gpu.name")
    if judgement.strength != "none" or judgement.status != "inconclusive" or ranks is None or card is None:
        return judgement
    if _CARDS.search(str(card.value)) is None:
        return judgement
    words = f"{ranks:.0f} {card.value} exchange activations, and the card has no NVLink by default"
    return Judgement(
        "inconclusive",
        f"{words}.",
        (speaks_for(words, card.origin),),
        strength="configuration",
        factor=about(0.75, 0.5, 0.98),
        would_decide="nvidia-smi topo -m, and the same run with one GPU",
        plausibility=0.4,
    )


CAUSE = Cause(
    id="tp-without-nvlink",
    title="Tensor parallelism goes over PCIe",
    family="distributed",
    needs=("signals", "environment", "settings"),
    judge=judge,
    remedy=Remedy(
        action="Use fewer GPUs, data or pipeline parallelism, or GPUs with NVLink.",
        verify_command="qdoctor env",
    ),
    effects=(
        KnownEffect(
            0.704,
            "two RTX 3090 without peer-to-peer, one request",
            "https://github.com/noonghunna/club-3090/issues/356",
        ),
        KnownEffect(0.803, "four V100", "https://github.com/haohervchb/sglang-V100/pull/2"),
    ),
)
