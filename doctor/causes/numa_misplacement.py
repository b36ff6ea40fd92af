"""Process and GPU hang on different sockets."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_off, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(environment={"gpu.numa_local": is_off}, statements=("said_numa",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="every transfer crosses the sockets' link.",
        missing="nvidia-smi topo -m and the process's CPU affinity",
        decides="the same run under numactl --cpunodebind --membind",
        factor=(0.9, 0.8, 1.0),
        plausibility=0.4,
    )


CAUSE = Cause(
    id="numa-misplacement",
    title="The engine runs on the wrong socket",
    family="host",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(action="Bind with --numa-bind or numactl.", verify_command="qdoctor env"),
    effects=(
        KnownEffect(
            0.847, "one request, on an Ascend NPU", "https://github.com/vllm-project/vllm-ascend/issues/6966"
        ),
        KnownEffect(1.0, "a GPU cluster that saw no gain", "https://github.com/vllm-project/vllm/pull/30492"),
    ),
)
