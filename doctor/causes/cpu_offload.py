"""--cpu-offload-gb keeps part of the weights in host memory."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, above, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(settings={"engine.extra.cpu_offload_gb": above(0)}, statements=("said_offload",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="they cross PCIe in every step.",
        missing="the engine's command or its start-up log",
        decides="the same run without --cpu-offload-gb",
        factor=(0.12, 0.05, 0.5),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="cpu-offload",
    title="Weights stream from host memory",
    family="distributed",
    needs=("settings", "signals", "script"),
    judge=judge,
    remedy=Remedy(
        action="Remove --cpu-offload-gb: more GPUs, or a smaller or quantized model.",
        verify_command="vllm bench throughput --model MODEL --cpu-offload-gb 0",
    ),
    effects=(
        KnownEffect(0.049, "8×H20, in output tokens/s", "https://github.com/vllm-project/vllm/issues/57771"),
        KnownEffect(0.149, "GLM-4.5-FP8 on eight GPUs", "https://github.com/vllm-project/vllm/issues/22692"),
    ),
)
