"""One Python process parses the streams, on the cores that the server needs."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_client_differs",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="the client, not the server, sets the pace.",
        missing="the client's CPU use, and the server's own statistics lines",
        decides="another client, or several processes of it",
        factor=(0.4, 0.08, 0.95),
        plausibility=0.9,
    )


CAUSE = Cause(
    id="client-cpu-bottleneck",
    title="The client cannot keep up",
    family="client",
    needs=("signals", "stats"),
    judge=judge,
    remedy=Remedy(
        action="Use several client processes, a compiled client, or no streaming.",
        verify_command="vllm bench serve --model MODEL --max-concurrency 64",
    ),
    effects=(
        KnownEffect(
            0.091,
            "one client at 50K context, same server",
            "https://github.com/vllm-project/vllm/issues/39963",
        ),
        KnownEffect(0.2, "the OpenAI client", "https://github.com/vllm-project/vllm/issues/7935"),
    ),
)
