"""vLLM has no tuned file for this number of experts, size, dtype and GPU."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("moe_default",),
    statements=("said_moe_config",),
    message_strength="warning",
    statement_strength="warning",
    cleared_by=("moe_tuned", "said_parity"),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the message alone is weak evidence: two measurements found no effect on the served rate.",
        missing="the engine's command or its start-up log",
        decides="benchmark_moe.py --tune, and the same run again",
        factor=(0.98, 0.6, 1.0),
        plausibility=0.3,
    )


CAUSE = Cause(
    id="moe-default-config",
    title="No tuned configuration for the MoE kernel",
    family="quantization",
    needs=("signals",),
    judge=judge,
    remedy=Remedy(
        action="Tune with benchmarks/kernels/benchmark_moe.py, or upgrade.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    effects=(
        KnownEffect(1.0, "served rate, after tuning", "https://github.com/vllm-project/vllm/pull/52192"),
        KnownEffect(0.901, "kernel time, A100", "https://github.com/vllm-project/vllm/pull/40542"),
    ),
)
