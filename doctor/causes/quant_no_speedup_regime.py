"""Fewer bytes per weight only help where reading weights is what takes the time."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import main_run, setting, signal, speaks_for, unknown
from doctor.causes.marks import is_on
from doctor.schema.finding import EvidenceLine, Remedy

_BECAUSE = "where arithmetic or the CPU binds, or the run is tiny, fewer bytes change nothing."


def judge(case: Case) -> Judgement:
    """A quantized model that is said to bring nothing, and no slow format or kernel that explains it."""
    said = signal(case.evidence, "said_no_speedup")
    quantized = signal(case.evidence, "said_quantized")
    fact = setting(case.evidence, "engine.quantization")
    if said is None or (quantized is None and (fact is None or not is_on(fact.value))):
        return unknown("the rate of the model quantized and not, at one request and at many")
    slow = signal(
        case.evidence, "said_slow_quant_format", "said_slow_quant_kernel", "quant_unopt", "quant_forced"
    )
    busy = signal(case.evidence, "said_compute_bound")
    many = _prefill_heavy(case)
    lines = [speaks_for(f"it is said: “{said.text}”", said.origin)]
    lines += [speaks_for(f"it is said: “{busy.text}”", busy.origin)] if busy is not None else []
    lines += [many] if many is not None else []
    likely = 0.9 if many is not None or busy is not None else 0.6
    return Judgement(
        "inconclusive",
        f"{lines[0].text}: {_BECAUSE}",
        tuple(lines),
        strength="measured" if many is not None else "configuration",
        would_decide="a single-request latency test of both",
        plausibility=likely * (0.4 if slow is not None and many is None else 1.0),
    )


def _prefill_heavy(case: Case) -> EvidenceLine | None:
    """Prompts far longer than outputs: arithmetic binds, not the reading of weights."""
    run = main_run(case.evidence)
    if run is None or not run.prompt_tokens or not run.output_tokens:
        return None
    if run.prompt_tokens < 4 * run.output_tokens:
        return None
    words = (
        f"{run.prompt_tokens} prompt tokens against {run.output_tokens} output tokens: prefill takes the time"
    )
    return speaks_for(words, run.origin)


CAUSE = Cause(
    id="quant-no-speedup-regime",
    title="Quantization cannot help at this load",
    family="quantization",
    needs=("signals", "settings", "delivered"),
    judge=judge,
    remedy=Remedy(
        action="Expect a gain in bandwidth-bound decode only: few requests, large model.",
        verify_command="qdoctor check --ablation single-request",
    ),
    effects=(
        KnownEffect(
            0.981,
            "FP8 against BF16, Qwen3-8B on an H100, in output tokens/s",
            "https://github.com/vllm-project/vllm/issues/25915",
        ),
    ),
)
