"""vLLM cannot read the GPU's memory size and takes the defaults of a small GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    fact_of,
    number,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.causes.marks import is_on
from doctor.schema.finding import Remedy

_LARGE_GPUS = ("H100", "H200", "H20", "B200", "B300", "H800", "MI300", "GH200", "GB200")


def judge(case: Case) -> Judgement:
    """A large GPU with a token budget of 2048, or a MIG slice with default flags."""
    evidence = case.evidence
    gpu = fact_of(evidence.environment, "gpu.name")
    sliced = fact_of(evidence.environment, "gpu.mig")
    mig = (sliced is not None and is_on(sliced.value)) or signal(evidence, "said_mig") is not None
    fact = setting(evidence, "engine.max_num_batched_tokens")
    budget = as_number(fact.value) if fact else None
    large = gpu is not None and any(name in str(gpu.value) for name in _LARGE_GPUS)
    if (budget is not None and budget > 2048) or number(evidence, "engine.max_num_seqs"):
        words = "token budget or max_num_seqs are not those of a small GPU"
        return ruled_out(f"{words}.", speaks_against(words, fact.origin if fact else "settings"))
    if large and gpu is not None and (mig or budget is not None):
        small = f"a token budget of {budget:.0f}" if budget else "default flags in a MIG slice"
        words = f"{small} on {gpu.value}"
        return Judgement(
            "inconclusive",
            f"{words}: so it looks where NVML does not tell the memory size.",
            (speaks_for(words, gpu.origin),),
            strength="configuration",
            factor=about(0.6, 0.47, 0.72),
            would_decide="the same run with --max-num-seqs and --max-num-batched-tokens given",
            plausibility=0.7 if mig else 0.4,
        )
    return unknown("the GPU's name and the line with max_num_batched_tokens")


CAUSE = Cause(
    id="nvml-defaults-fallback",
    title="Small-GPU defaults on a large GPU",
    family="scheduler and memory",
    needs=("environment", "settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Give --max-num-seqs and --max-num-batched-tokens explicitly.",
        verify_command="qdoctor check --max-num-seqs 256 --max-num-batched-tokens 2048",
    ),
    factor="token_budget",
    effects=(
        KnownEffect(
            0.47,
            "H200 slice, default against explicit (0.47 to 0.72)",
            "https://github.com/vllm-project/vllm/issues/55381",
        ),
    ),
)
