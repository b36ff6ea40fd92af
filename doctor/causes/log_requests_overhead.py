"""Each request and its prompt are written to the log."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, is_on, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"engine.extra.enable_log_requests": is_on},
    environment={"env.VLLM_LOGGING_LEVEL": one_of("debug")},
    messages=("request_logged",),
    message_strength="warning",
    statement_strength="warning",
    statements=("said_request_logging",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="writing the log takes time of the API server.",
        missing="the engine's command or its start-up log",
        decides="the same run with logging off",
        factor=(0.98, 0.9, 1.0),
        plausibility=0.3,
    )


CAUSE = Cause(
    id="log-requests-overhead",
    title="Requests are logged",
    family="host",
    needs=("settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use --disable-log-requests (before 0.10) and leave VLLM_LOGGING_LEVEL alone.",
        verify_command="vllm serve MODEL --no-enable-log-requests",
    ),
    no_effect_known="No published figure was found.",
)
