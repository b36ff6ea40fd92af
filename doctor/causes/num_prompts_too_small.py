"""Ramp-up and tail take up much of the run: it never settles."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.insufficient_concurrency import rate_at
from doctor.causes.kv_pool import sequences_that_fit
from doctor.causes.lookup import (
    about,
    as_number,
    in_flight,
    main_run,
    number,
    ruled_out,
    setting,
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
    if prompts is None:
        return unknown("the number of requests and the duration of the run")
    place = str(fact.origin if fact else run.origin if run else "")
    lines: list[EvidenceLine] = []
    rounds = prompts / max(1.0, min(_concurrency(case, prompts), prompts))
    short = run is not None and run.wall_s is not None and run.wall_s < SHORT_S
    if rounds < ROUNDS:
        lines.append(
            speaks_for(f"{prompts:.0f} requests: {rounds:.1f} rounds at the concurrency it runs with", place)
        )
    if short and run is not None and run.wall_s is not None:
        lines.append(speaks_for(f"the run took {run.wall_s:.1f} s", run.origin))
    if not lines:
        words = f"{prompts:.0f} requests, {rounds:.0f} rounds"
        return ruled_out(f"{words}: start and end are a small share.", speaks_against(words, place))
    return Judgement(
        "confirmed" if rounds < 2 or len(lines) == 2 else "inconclusive",
        f"{'; '.join(line.text for line in lines)}: ramp-up and tail take up much of it.",
        tuple(lines),
        strength="measured" if short else "configuration",
        factor=about(_share(case, prompts, rounds), 0.3, 0.98),
        would_decide="the same run with four times the requests",
        plausibility=0.9 if prompts <= 16 else 0.6,
    )


def _share(case: Case, prompts: float, rounds: float) -> float:
    """What remains of the rate: a tail of half a round at half the batch; a handful of requests
    never fills a batch at all."""
    if prompts <= 16 and number(case.evidence, "workload.max_concurrency") is None:
        return rate_at(prompts) / rate_at(256)
    return 1 - 0.25 / max(1.0, rounds)


def _concurrency(case: Case, prompts: float) -> float:
    """What runs at once: the measured peak or the limit; where all is handed over, what fits."""
    fit = sequences_that_fit(case)
    limit = number(case.evidence, "workload.max_concurrency")
    found = in_flight(case.evidence)
    known = [value for value in (fit and fit[0], limit, found and found[0]) if value and value < prompts]
    return min(known, default=min(prompts, USUAL_BATCH))


CAUSE = Cause(
    id="num-prompts-too-small",
    title="Too few requests: start and end dominate",
    family="measurement",
    needs=("settings", "delivered", "stats", "engine_facts"),
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
