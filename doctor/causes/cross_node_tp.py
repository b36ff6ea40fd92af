"""All-reduces of every layer cross the network between nodes."""

from __future__ import annotations

from dataclasses import replace

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import about, as_number, setting, speaks_for
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_cross_node",))

NODE = 8
"""GPUs in a node of NVIDIA's HGX and DGX machines; GB200's racks join 72."""


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``; and more ranks than a node has GPUs."""
    judgement = judge_marks(
        case,
        _MARKS,
        because="without a fast fabric each layer waits for the network.",
        missing="the number of nodes and their network",
        decides="tensor parallelism inside a node, pipeline parallelism across",
        factor=(0.3, 0.15, 0.8),
        plausibility=0.6,
    )
    fact = setting(case.evidence, "engine.tensor_parallel_size")
    ranks = as_number(fact.value) if fact else None
    if fact is None or not ranks or ranks <= NODE or judgement.status == "ruled out":
        return judgement
    words = f"{ranks:.0f} ranks, and a node has {NODE} GPUs at most, but for rack-scale machines"
    return replace(
        judgement,
        status="inconclusive",
        summary=f"{words}: without a fast fabric each layer waits for the network.",
        lines=(speaks_for(words, fact.origin), *judgement.lines),
        strength="measured" if judgement.strength == "measured" else "configuration",
        factor=about(0.3, 0.15, 0.8),
        would_decide="tensor parallelism inside a node, pipeline parallelism across",
        plausibility=max(0.9, judgement.plausibility),
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
