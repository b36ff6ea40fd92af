"""All-reduces of every layer cross the network between nodes."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_cross_node",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="without a fast fabric each layer waits for the network.",
        missing="the number of nodes and their network",
        decides="tensor parallelism inside a node, pipeline parallelism across",
        factor=(0.3, 0.15, 0.8),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="cross-node-tp",
    title="Tensor parallelism spans nodes",
    family="distributed",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use tensor parallelism inside a node and pipeline parallelism across.",
        verify_command="vllm bench throughput --model MODEL -tp 8 -pp 2",
    ),
    effects=(
        KnownEffect(
            0.152, "405B on two nodes without InfiniBand", "https://blog.vllm.ai/2024/07/23/llama31.html"
        ),
    ),
)
