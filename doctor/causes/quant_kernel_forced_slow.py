"""--quantization awq or gptq is given, so the Marlin kernel is not used."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import not_applicable, speaks_against
from doctor.causes.marks import Marks, judge_marks, one_of
from doctor.causes.versions import before_marlin
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.quantization": one_of("awq", "gptq")},
    messages=("quant_forced",),
    statements=("said_slow_quant_kernel",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    words = before_marlin(case.evidence)
    if words is not None:
        return not_applicable(f"{words}.", speaks_against(words, "the version that ran"))
    return judge_marks(
        case,
        _MARKS,
        because="without the flag vLLM picks the Marlin kernel.",
        missing="the engine's command or its start-up log",
        decides="the same run without --quantization",
        factor=(0.5, 0.19, 0.8),
        plausibility=0.9,
    )


CAUSE = Cause(
    id="quant-kernel-forced-slow",
    title="A slow quantization kernel is forced",
    family="quantization",
    needs=("settings", "signals", "engine_facts"),
    judge=judge,
    remedy=Remedy(
        action="Remove --quantization, or give awq_marlin or gptq_marlin.",
        verify_command="qdoctor check --quantization awq",
    ),
    effects=(
        KnownEffect(0.187, "AWQ in vLLM 0.9.2", "https://github.com/vllm-project/vllm/issues/21376"),
        KnownEffect(0.694, "AWQ on an A100, smallest gain", "https://github.com/vllm-project/vllm/pull/6612"),
    ),
)
