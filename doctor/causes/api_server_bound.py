"""HTTP, JSON, tokenising and streaming take up one process."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_api_server",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="tokens are made faster than they are sent.",
        missing="the CPU use of the API server's process",
        decides="the same prompts through LLM.generate",
        factor=(0.6, 0.4, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="api-server-bound",
    title="The API server saturates its core",
    family="host",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Raise --api-server-count and --stream-interval.",
        verify_command="vllm bench throughput --model MODEL",
    ),
    effects=(
        KnownEffect(
            0.5,
            "GPU use of the server against offline, 13B on an A100, 2023",
            "https://github.com/vllm-project/vllm/issues/580",
        ),
    ),
)
