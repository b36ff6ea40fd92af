"""The batch is larger than the largest size for which a CUDA graph was captured."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, below, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={
        "engine.extra.max_cudagraph_capture_size": below(256),
        "engine.extra.cuda_graph_sizes": below(256),
    },
    statements=("said_cuda_graph_batch",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="larger batches run without a CUDA graph.",
        missing="the line with the capture sizes, and how many requests ran",
        decides="the same run with a larger capture size",
        factor=(0.9, 0.7, 1.0),
        plausibility=0.6,
    )


CAUSE = Cause(
    id="cudagraph-batch-limit",
    title="Batches exceed the largest CUDA graph",
    family="execution",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(action="Raise max_cudagraph_capture_size (cuda_graph_sizes) to the batch that runs."),
    no_effect_known="No published figure was found.",
)
