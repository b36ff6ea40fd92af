"""CUDA graphs (and torch.compile on V1) are switched off."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    in_flight,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """The setting, or what the engine logs about it."""
    evidence = case.evidence
    fact = setting(evidence, "engine.enforce_eager")
    eager = signal(evidence, "eager", "cudagraph_skip")
    captured = signal(evidence, "cudagraph_done", "cudagraph_start")
    if fact is not None and fact.value is True:
        line = speaks_for("enforce_eager is set", fact.origin)
    elif eager is not None and captured is None:
        line = speaks_for(eager.text, eager.origin)
    elif captured is not None:
        return ruled_out("CUDA graphs were captured.", speaks_against(captured.text, captured.origin))
    elif fact is not None:
        return ruled_out("enforce_eager is off.", speaks_against("enforce_eager is off", fact.origin))
    else:
        return unknown("the engine's start-up log, or its command")
    if reference_value(case, "engine.enforce_eager") is True:
        return ruled_out("The reference runs in eager mode too.", line)
    flight = in_flight(evidence)
    small = flight is not None and flight[0] <= 16
    return Judgement(
        "confirmed",
        "Eager mode: every step launches its kernels one by one from the CPU.",
        (line,),
        strength="configuration",
        factor=about(0.55 if small else 0.8, 0.5, 0.97),
        would_decide="the same run without --enforce-eager",
    )


CAUSE = Cause(
    id="enforce-eager",
    title="CUDA graphs are switched off",
    family="execution",
    needs=("settings", "signals", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Remove --enforce-eager (enforce_eager=True, -O0, cudagraph_mode=NONE).",
        verify_command="qdoctor check --ablation enforce-eager",
    ),
    factor="execution",
    ablations=(
        Ablation(
            id="enforce-eager",
            title="Eager mode",
            cause="enforce-eager",
            factor="execution",
            changes={"engine.enforce_eager": True},
            requires="gpu",
            note="A CPU build captures no graphs.",
        ),
    ),
    effects=(
        KnownEffect(
            31.4 / 57.8,
            "7B AWQ, one request on two RTX 3060",
            "https://github.com/dphnAI/sonar/issues/1114",
        ),
    ),
)
