"""Requests are sent one after the other, each waiting for the one before."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import busiest_series, ruled_out, speaks_against
from doctor.causes.marks import Marks, is_on, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(
    script={"sequential_loop": is_on},
    messages=("single_request_bars",),
    statements=("said_loop",),
    message_strength="measured",
)


def judge(case: Case) -> Judgement:
    """A loop around generate() or a request, or progress bars of one request each."""
    series = busiest_series(case.evidence)
    if series is not None and series.peak_running > 2:
        words = f"{series.peak_running} requests ran at once"
        return ruled_out(f"{words}.", speaks_against(words, series.file))
    judgement = judge_marks(
        case,
        _MARKS,
        because="the engine serves one request at a time and its batch stays empty.",
        missing="the script, or the engine's statistics lines",
        decides="the whole list in one generate() call",
        factor=(0.2, 0.04, 0.6),
    )
    if judgement.status == "inconclusive" and not judgement.lines and case.evidence.script:
        origin = case.evidence.script[0].origin
        if origin.reader == "Python script":
            return ruled_out(
                "The script has no such loop.", speaks_against("no loop around a request", origin)
            )
    return judgement


CAUSE = Cause(
    id="sequential-generate-loop",
    title="Requests are sent one after the other",
    family="client",
    needs=("script", "signals", "stats"),
    judge=judge,
    remedy=Remedy(
        action="Pass the whole list to one LLM.generate call, or send requests concurrently.",
        verify_command="qdoctor check --ablation single-request",
    ),
    factor="concurrency",
    effects=(
        KnownEffect(
            4 / 24,
            "3 to 4 times over Hugging Face in a loop, 24 times published",
            "https://github.com/vllm-project/vllm/issues/216",
        ),
    ),
)
