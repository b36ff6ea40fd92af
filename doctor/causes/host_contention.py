"""Other programs on the machine take CPU time from the engine."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import (
    as_number,
    fact_of,
    ruled_out,
    speaks_against,
    speaks_for,
    unknown,
    value_of,
)
from doctor.schema.finding import Remedy

_NOTICED = 0.1
"""Of the usable cores: what daemons take stays below."""
_CROWDED = 0.9
"""From this share of the usable cores on, engine and others together leave nothing free."""


def judge(case: Case) -> Judgement:
    """By the cores that others used while the runs were made, and whether any were left."""
    facts = case.evidence.environment
    others, engine = fact_of(facts, "cpu.other_cores"), value_of(facts, "cpu.engine_cores")
    cores = value_of(facts, "cpu.count")
    taken = as_number(others.value) if others else None
    if others is None or taken is None or not cores:
        return unknown("the CPU use of the engine and of everything else, during the run")
    words = f"other programs used {taken:.1f} of {cores:.0f} cores during the runs"
    if taken < _NOTICED * cores:
        return ruled_out(f"{words[:1].upper()}{words[1:]}.", speaks_against(words, others.origin))
    crowded = engine is not None and engine + taken >= _CROWDED * cores
    rest = f", the engine {engine:.1f}: none was free" if crowded else ", and cores were left"
    return Judgement(
        "confirmed" if crowded else "inconclusive",
        f"{words[:1].upper()}{words[1:]}{rest}.",
        (speaks_for(f"{words}{rest}", others.origin),),
        strength="measured" if crowded else "warning",
        would_decide="the same run on an idle machine",
        plausibility=0.8 if crowded else 0.3,
    )


CAUSE = Cause(
    id="host-contention",
    title="Other programs take the CPU",
    family="host",
    needs=("environment",),
    judge=judge,
    remedy=Remedy(
        action="End what else runs, or keep it off the engine's cores (taskset, cpuset).",
        verify_command="qdoctor env",
    ),
    no_effect_known="No published figure was found; what it costs depends on what else runs.",
)
