"""A container's CPU limit starves the engine."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import (
    about,
    as_number,
    fact_of,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    value_of,
)
from doctor.schema.evidence import Fact
from doctor.schema.finding import Remedy

FEW = 6.0
"""Cores that a server with one GPU needs at most: two, and one per GPU, with room for its threads."""

_SELDOM = 0.01
"""Stopped in fewer of its periods, the group lost next to no time."""


def judge(case: Case) -> Judgement:
    """By the periods in which the quota stopped the engine; else by a quota of few cores."""
    evidence = case.evidence
    stopped = fact_of(evidence.environment, "cpu.quota_stopped_share")
    if stopped is not None:
        return _counted(stopped)
    quota = fact_of(evidence.environment, "cpu.quota_cores")
    said = signal(evidence, "said_cpu_limited")
    busy = signal(evidence, "said_cpu_busy")
    gpus = value_of(evidence.environment, "gpu.count") or 1
    needed = max(FEW, 2 + gpus)
    cores = as_number(quota.value) if quota else None
    if cores is None and said is not None:
        cores = float(said.values.get("n") or 0) or None
    throttled = signal(evidence, "said_cpu_throttled")
    if cores is None and throttled is not None:
        return by_words(
            throttled,
            "A CPU quota is said to throttle the engine.",
            factor=(0.5, 0.1, 0.95),
            decides="nr_throttled in the container's cpu.stat during the run",
            plausibility=0.8,
        )
    if cores is None:
        return unknown("the container's CPU limit and cpu.stat (nr_throttled)")
    place = str(quota.origin if quota else said.origin if said else "")
    words = f"{cores:g} cores for {gpus:.0f} GPU{'s' if gpus > 1 else ''}"
    if cores > needed:
        return ruled_out(f"{words}.", speaks_against(words, place))
    lines = [speaks_for(words, place)]
    if busy is not None:
        lines.append(speaks_for(f"it is said: “{busy.text}”", busy.origin))
    return Judgement(
        "inconclusive",
        f"{words}: scheduler, server and thread pools share them.",
        tuple(lines),
        strength="measured" if busy is not None or throttled is not None else "configuration",
        factor=about(0.5, 0.1, 0.95),
        would_decide="nr_throttled in the container's cpu.stat during the run",
        plausibility=0.95 if busy is not None else 0.75,
    )


def _counted(stopped: Fact) -> Judgement:
    """What cpu.stat counted while the runs were made settles it."""
    share = as_number(stopped.value) or 0.0
    words = f"the quota stopped the engine's group in {share:.0%} of its periods during the runs"
    if share < _SELDOM:
        return ruled_out(f"{words[:1].upper()}{words[1:]}.", speaks_against(words, stopped.origin))
    return Judgement(
        "confirmed",
        f"{words[:1].upper()}{words[1:]}.",
        (speaks_for(words, stopped.origin),),
        strength="measured",
        factor=about(0.5, 0.1, 0.95),
        would_decide="the same run without the quota",
        plausibility=0.95,
    )


CAUSE = Cause(
    id="cpu-quota-throttling",
    title="A CPU limit starves the engine",
    family="host",
    needs=("environment", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Raise or remove the CPU limit; set OMP_NUM_THREADS=1.", verify_command="qdoctor env"
    ),
    no_effect_known="Reported as full cores beside an idle GPU (https://github.com/vllm-project/vllm/issues/9113).",
)
