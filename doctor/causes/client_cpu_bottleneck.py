"""One Python process parses the streams, on the cores that the server needs."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import about, busiest_series, number, speaks_for
from doctor.causes.marks import Marks, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(statements=("said_client_differs",))


def judge(case: Case) -> Judgement:
    """By what is said of the client, or by a server that has far less in flight than was sent."""
    starved = _starved(case)
    judgement = judge_marks(
        case,
        _MARKS,
        because="the client, not the server, sets the pace.",
        missing="the client's CPU use, and the server's own statistics lines",
        decides="another client, or several processes of it",
        factor=(0.4, 0.08, 0.95),
        plausibility=0.9,
    )
    if starved is None or judgement.status not in ("confirmed", "inconclusive"):
        return judgement
    words, place = starved
    return Judgement(
        "inconclusive",
        f"{words}: the client, not the server, sets the pace.",
        (speaks_for(words, place), *judgement.lines),
        strength="measured",
        factor=about(0.4, 0.08, 0.95),
        would_decide="another client, or several processes of it",
        plausibility=0.95 if judgement.lines else 0.6,
    )


def _starved(case: Case) -> tuple[str, str] | None:
    """Far fewer ran than the client was to keep in flight, and none waited."""
    wanted = number(case.evidence, "workload.max_concurrency")
    series = busiest_series(case.evidence)
    if wanted is None or series is None or series.lines < 2 or series.peak_waiting > 0:
        return None
    if not 1 < series.peak_running < wanted / 4:
        return None
    words = f"{wanted:.0f} requests were to be in flight, {series.peak_running} ran at most and none waited"
    return words, f"{series.file}, {series.lines} statistics lines"


CAUSE = Cause(
    id="client-cpu-bottleneck",
    title="The client cannot keep up",
    family="client",
    needs=("signals", "stats", "settings"),
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
