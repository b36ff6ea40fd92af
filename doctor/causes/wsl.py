"""Windows Subsystem for Linux has no pinned memory."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, holds, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    messages=("wsl",), statements=("said_wsl",), environment={"platform": holds("microsoft", "wsl")}
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="copies between host and GPU are slower.",
        missing="uname -a",
        decides="the same run on native Linux",
        factor=(0.9, 0.5, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="wsl",
    title="It runs under WSL",
    family="gpu platform",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(action="Run on native Linux, or a current release.", verify_command="qdoctor env"),
    no_effect_known="No clean figure was found.",
)
