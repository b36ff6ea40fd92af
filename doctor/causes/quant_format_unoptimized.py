"""bitsandbytes, GGUF and others trade speed for convenience."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import about, speaks_for
from doctor.causes.marks import Marks, holds, judge_marks, one_of
from doctor.causes.versions import before_marlin
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={
        "engine.quantization": one_of("bitsandbytes", "gguf", "aqlm", "bnb"),
        "model.name": holds("gguf", "bnb-4bit"),
    },
    messages=("quant_unopt",),
    statements=("said_slow_quant_format",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``; and AWQ or GPTQ of releases before Marlin."""
    words = before_marlin(case.evidence)
    if words is not None:
        return Judgement(
            "confirmed",
            f"{words}: beyond a few requests in flight its kernel is slower than 16 bits.",
            (speaks_for(words, "the version that ran"),),
            strength="configuration",
            factor=about(0.5, 0.25, 0.9),
            would_decide="the same run with a newer release",
            plausibility=0.9,
        )
    return judge_marks(
        case,
        _MARKS,
        because="its kernels are slower than AWQ's, GPTQ's or FP8's.",
        missing="the engine's command or its start-up log",
        decides="the same model in AWQ, GPTQ or FP8",
        factor=(0.35, 0.11, 0.65),
        plausibility=1.0,
    )


CAUSE = Cause(
    id="quant-format-unoptimized",
    title="The quantization format has slow kernels",
    family="quantization",
    needs=("settings", "signals", "engine_facts"),
    judge=judge,
    remedy=Remedy(
        action="Use an AWQ, GPTQ or FP8 checkpoint.",
        verify_command="qdoctor check --quantization bitsandbytes",
    ),
    effects=(
        KnownEffect(
            0.115,
            "GGUF against AWQ in time to first token",
            "https://github.com/vllm-project/vllm/issues/35987",
        ),
        KnownEffect(
            0.634,
            "bitsandbytes against bfloat16, in wall time",
            "https://github.com/vllm-project/vllm/issues/9535",
        ),
    ),
)
