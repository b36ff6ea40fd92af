"""Small all-reduces go through NCCL."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import ruled_out, setting, signal, speaks_against
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.disable_custom_all_reduce": is_on},
    messages=("custom_ar_off",),
    statements=("said_custom_ar_off",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``. One GPU has nothing to reduce."""
    parallel = setting(case.evidence, "engine.tensor_parallel_size")
    if parallel is not None and parallel.value == 1 and signal(case.evidence, *_MARKS.messages) is None:
        words = "tensor_parallel_size = 1"
        return ruled_out(f"{words}: nothing is reduced.", speaks_against(words, parallel.origin))
    return judge_marks(
        case,
        _MARKS,
        because="each layer waits a little longer.",
        missing="the engine's command or its start-up log",
        decides="the same run without --disable-custom-all-reduce",
        factor=(0.95, 0.85, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="custom-allreduce-disabled",
    title="vLLM's own all-reduce is off",
    family="distributed",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Remove --disable-custom-all-reduce.",
        verify_command="vllm bench throughput --model MODEL --tensor-parallel-size 2",
    ),
    effects=(KnownEffect(0.952, "when it was introduced", "https://github.com/vllm-project/vllm/pull/2192"),),
)
