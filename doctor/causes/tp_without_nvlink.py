"""GPUs exchange activations in every layer, over PCIe or host memory."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_off, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("custom_ar_off",),
    statements=("said_tp_slower", "said_no_nvlink"),
    environment={"gpu.nvlink": is_off},
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="all-reduces take a large part of each step.",
        missing="nvidia-smi topo -m",
        decides="the same run with one GPU, or with pipeline or data parallelism",
        factor=(0.75, 0.5, 0.98),
        plausibility=0.8,
    )


CAUSE = Cause(
    id="tp-without-nvlink",
    title="Tensor parallelism goes over PCIe",
    family="distributed",
    needs=("signals", "environment", "settings"),
    judge=judge,
    remedy=Remedy(action="Use fewer GPUs, data or pipeline parallelism, or GPUs with NVLink."),
    effects=(
        KnownEffect(
            0.704,
            "two RTX 3090 without peer-to-peer, one request",
            "https://github.com/noonghunna/club-3090/issues/356",
        ),
        KnownEffect(0.803, "four V100", "https://github.com/haohervchb/sglang-V100/pull/2"),
    ),
)
