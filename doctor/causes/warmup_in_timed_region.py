"""The first requests compile kernels and set things up, inside the timed region."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    busiest_series,
    fact_of,
    main_run,
    number,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.finding import EvidenceLine, Remedy

SHORT_S = 10.0
"""Compiling and tuning on first use takes up to some seconds: of a run this short, a share."""


def judge(case: Case) -> Judgement:
    """A slow first interval, a long worst first token, or a run of seconds without warm-up."""
    evidence = case.evidence
    timed = fact_of(evidence.script, "timed_warm_up")
    if timed is not None:
        return Judgement(
            "confirmed",
            "The script's timer runs over a call whose outputs it throws away: seconds without tokens.",
            (speaks_for("a generate() call inside the timer whose outputs are not counted", timed.origin),),
            strength="configuration",
            factor=about(0.8, 0.3, 0.97),
            would_decide="the timer after that call",
            plausibility=0.95,
        )
    lines: list[EvidenceLine] = []
    measured = False
    run = main_run(evidence)
    warmups = number(evidence, "client.num_warmups")
    if run is not None and run.tool == "vllm bench latency" and not warmups:
        words = "the latency benchmark warms up before it times"
        return ruled_out(f"{words}.", speaks_against(words, run.origin))
    if run is not None and run.mean_ttft_ms and run.p99_ttft_ms and run.p99_ttft_ms > 20 * run.mean_ttft_ms:
        lines.append(
            speaks_for(f"P99 TTFT {run.p99_ttft_ms:.0f} ms, mean {run.mean_ttft_ms:.0f} ms", run.origin)
        )
        measured = True
    series = busiest_series(evidence)
    if series is not None and len(series.points) >= 6:
        rates = sorted(point.output_tokens_per_s for point in series.points[1:-1])
        first, middle = series.points[0].output_tokens_per_s, rates[len(rates) // 2]
        if middle and first < 0.5 * middle and series.points[0].running >= 0.8 * series.peak_running:
            words = f"the first interval made {first:.0f} output tokens/s, later ones {middle:.0f}"
            lines.append(speaks_for(words, series.file))
            measured = True
    seconds = run.wall_s if run is not None else None
    said = signal(evidence, "said_cold", "said_short_run")
    if said is not None:
        seconds = seconds or _seconds(said.values.get("s"))
        lines.append(speaks_for(f"it is said: “{said.text}”", said.origin))
    once = fact_of(evidence.script, "no_warmup")
    if seconds is not None and seconds < SHORT_S and warmups is None:
        place = run.origin if run is not None else said.origin if said is not None else ""
        lines.append(speaks_for(f"the run took {seconds:.1f} s, with no warm-up named", place))
    elif once is not None and not lines:
        return Judgement(
            "inconclusive",
            "The script's only generate() call is the timed one: what the first steps set up is timed too.",
            (speaks_for("one generate() call, timed", once.origin),),
            strength="configuration",
            factor=about(0.98, 0.9, 1.0),
            would_decide="a second generate() call in the same process",
            plausibility=0.4,
        )
    if not lines:
        if seconds is not None and seconds > 120:
            words = f"the run took {seconds:.0f} s"
            return ruled_out(
                f"{words}: a warm-up is a small share.", speaks_against(words, run.origin if run else "")
            )
        return unknown("a second identical run in the same process")
    return Judgement(
        "confirmed" if measured else "inconclusive",
        f"{lines[0].text}: what the first steps compile and set up is part of the figure.",
        tuple(lines),
        strength="measured"
        if measured or seconds is not None or (said is not None and weighty(said))
        else "configuration",
        factor=about(0.9, 0.5, 0.98),
        would_decide="a second identical run in the same process",
        plausibility=0.95,
    )


def _seconds(text: str | None) -> float | None:
    return float(text) if text else None


CAUSE = Cause(
    id="warmup-in-timed-region",
    title="Warm-up is part of the figure",
    family="measurement",
    needs=("delivered", "stats", "settings", "script", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Warm up first (--num-warmups, or a first generate() call that is thrown away).",
        verify_command="vllm bench serve --model MODEL --num-warmups 10 --max-concurrency 64",
    ),
    effects=(
        KnownEffect(
            39 / 43,
            "one request with compilation in it",
            "https://github.com/lightseekorg/tokenspeed/pull/921",
        ),
    ),
)
