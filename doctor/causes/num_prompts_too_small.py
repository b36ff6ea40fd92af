"""Ramp-up and tail take up much of the run: it never settles."""

from __future__ import annotations

import math

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.insufficient_concurrency import rate_at
from doctor.causes.kv_pool import sequences_that_fit
from doctor.causes.lookup import (
    about,
    as_number,
    in_flight,
    main_run,
    number,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation, Scale
from doctor.schema.finding import EvidenceLine, Remedy

ROUNDS = 3.0
"""Requests over concurrency from which ramp-up and tail are a small share."""

USUAL_BATCH = 256
"""max_num_seqs of V0 and of small GPUs: what runs at once where nothing else is known."""

HANDFUL = 16
"""So few never fill a batch."""

SHORT_S = 30.0
"""A run shorter than this is dominated by its start and its end."""


def judge(case: Case) -> Judgement:
    """Few requests for the concurrency, or a run of seconds."""
    evidence = case.evidence
    run = main_run(evidence)
    fact = setting(evidence, "workload.num_prompts")
    prompts = as_number(fact.value) if fact else None
    if prompts is None and run is not None:
        prompts = run.requests
    said = signal(evidence, "said_few_prompts")
    if prompts is None and said is not None:
        return by_words(
            said,
            "Few requests are said to be sent: ramp-up and tail take up much of the run.",
            factor=(0.8, 0.3, 0.98),
            decides="the same run with four times the requests",
        )
    if prompts is None:
        return unknown("the number of requests and the duration of the run")
    place = str(fact.origin if fact else run.origin if run else "")
    theirs = as_number(reference_value(case, "workload.num_prompts"))
    if theirs is not None and prompts >= theirs:
        words = f"{prompts:.0f} requests, the reference sends {theirs:.0f}"
        return ruled_out(f"{words}.", speaks_against(words, place))
    at_once, why = _at_once(case, prompts)
    rounds = prompts / max(1.0, min(at_once, prompts))
    lines: list[EvidenceLine] = []
    if rounds < ROUNDS:
        lines.append(speaks_for(f"{prompts:.0f} requests against {why}: {rounds:.1f} rounds", place))
    short = run is not None and run.wall_s is not None and run.wall_s < SHORT_S
    if short and run is not None and run.wall_s is not None:
        lines.append(speaks_for(f"the run took {run.wall_s:.1f} s", run.origin))
    if not lines:
        words = f"{prompts:.0f} requests, {rounds:.0f} rounds"
        return ruled_out(f"{words}: start and end are a small share.", speaks_against(words, place))
    share = _share(case, prompts, at_once)
    few = prompts <= HANDFUL
    return Judgement(
        "confirmed" if rounds < 2 or len(lines) == 2 else "inconclusive",
        f"{'; '.join(line.text for line in lines)}, so ramp-up and tail take up much of the run.",
        tuple(lines),
        strength="measured" if short else "configuration",
        factor=about(share, min(share, 0.3) if few else share * share, 0.99),
        would_decide="the same run with four times the requests",
        plausibility=0.9 if few or (rounds < 2 and why != _ALL) else 0.6,
    )


def _share(case: Case, prompts: float, at_once: float) -> float:
    """What remains of the rate. Equal requests run in waves, the last of them part full: were the
    rate proportional to the batch, prompts / (waves × batch) would remain; were it flat, all. The
    root of it stands between. A handful of requests never fills a batch at all."""
    if prompts <= HANDFUL and number(case.evidence, "workload.max_concurrency") is None:
        return rate_at(prompts) / rate_at(256)
    batch = max(1.0, min(at_once, prompts))
    waves = math.sqrt(min(1.0, prompts / (math.ceil(prompts / batch) * batch))) * (1 - 0.02 * batch / prompts)
    return waves * _never_full(case, prompts)


def _never_full(case: Case, prompts: float) -> float:
    """Fewer requests than were to run at once: the batch never gets as large as was asked."""
    run = main_run(case.evidence)
    wanted = number(case.evidence, "workload.max_concurrency") or (run.max_concurrency if run else None)
    return rate_at(prompts) / rate_at(wanted) if wanted and prompts < wanted else 1.0


_ALL = "all of them at once"


def _at_once(case: Case, prompts: float) -> tuple[float, str]:
    """What runs at once, in words too: the measured peak or the limit; else what the KV cache holds."""
    fit = sequences_that_fit(case)
    limit = number(case.evidence, "workload.max_concurrency")
    found = in_flight(case)
    known = [
        (value, words)
        for value, words in (
            (fit[0], f"some {fit[0]:.0f} that the KV memory holds") if fit else (None, ""),
            (limit, f"{limit or 0:.0f} at once"),
            (found[0], f"{found[0]:.0f} at once") if found else (None, ""),
        )
        if value and value < prompts
    ]
    return min(known, default=(min(prompts, USUAL_BATCH), _ALL))


CAUSE = Cause(
    id="num-prompts-too-small",
    title="Too few requests: start and end dominate",
    family="measurement",
    needs=("settings", "delivered", "stats", "engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Send five to ten times as many requests as run at once.",
        verify_command="qdoctor check --ablation quarter-of-the-prompts",
    ),
    factor="num_prompts",
    ablations=(
        Ablation(
            id="quarter-of-the-prompts",
            title="A quarter of the requests",
            cause="num-prompts-too-small",
            factor="num_prompts",
            changes={"workload.num_prompts": Scale(times=0.25)},
        ),
    ),
    effects=(KnownEffect(0.95, "runs of about 3 s", "https://github.com/vllm-project/vllm/issues/43078"),),
)
