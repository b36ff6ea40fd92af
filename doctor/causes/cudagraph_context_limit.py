"""V0 decodes sequences beyond max_seq_len_to_capture without CUDA graphs."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import (
    about,
    fact_of,
    number,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    tokens_per_sequence,
    unknown,
)
from doctor.causes.versions import Version, version_of
from doctor.schema.finding import Remedy

DEFAULT_LIMIT = 8192
"""max_seq_len_to_capture of vLLM 0.4 to 0.8 (worker/model_runner.py)."""


def judge(case: Case) -> Judgement:
    """A V0 engine with sequences longer than the limit."""
    generation = fact_of(case.evidence.engine_facts, "engine_generation")
    version = version_of(case.evidence)
    old = version is not None and version < Version(0, 8, 0)
    v0 = old or signal(case.evidence, "v0_fallback") is not None
    if generation is not None and generation.value == "V1" and not v0:
        return ruled_out("The V1 engine has no such limit.", speaks_against("V1 engine", generation.origin))
    length = tokens_per_sequence(case)
    if not v0 or length is None:
        return unknown("the vLLM version and the tokens per request")
    limit = number(case.evidence, "engine.extra.max_seq_len_to_capture") or DEFAULT_LIMIT
    words = f"{length:.0f} tokens per sequence, graphs up to {limit:.0f}"
    if length <= limit:
        return ruled_out(f"{words}.", speaks_against(words, "lengths"))
    return Judgement(
        "confirmed",
        f"{words}: longer sequences decode in eager mode.",
        (speaks_for(words, "lengths"),),
        strength="configuration",
        factor=about(0.8, 0.5, 1.0),
        would_decide="the same run with a larger --max-seq-len-to-capture",
    )


CAUSE = Cause(
    id="cudagraph-context-limit",
    title="Sequences outgrow the CUDA graphs (V0)",
    family="execution",
    needs=("engine_facts", "settings", "delivered", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Raise --max-seq-len-to-capture, or use the V1 engine.",
        verify_command="VLLM_USE_V1=1 vllm bench throughput --model MODEL",
    ),
    factor="execution",
    no_effect_known="No published figure was found.",
)
