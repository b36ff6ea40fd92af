"""A seed per request needs a generator per row, and switches fast samplers off."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_MARKS = Marks(
    settings={"sampling.extra.seed": _is_number},
    messages=("per_request_generators",),
    statements=("said_seed",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="rows are sampled one by one.",
        missing="the requests' sampling parameters",
        decides="the same run without seeds",
        factor=(0.95, 0.6, 1.0),
        plausibility=0.3,
    )


CAUSE = Cause(
    id="per-request-seed",
    title="Each request has a seed of its own",
    family="sampling",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Seed the engine, not the requests.", verify_command="vllm bench throughput --model MODEL"
    ),
    factor="sampling",
    no_effect_known="No figure on NVIDIA GPUs was found.",
)
