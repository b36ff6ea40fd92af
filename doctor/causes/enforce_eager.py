"""CUDA graphs (and torch.compile on V1) are switched off."""

from __future__ import annotations

from doctor.causes.by_words import tried_without_effect
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    fact_of,
    in_flight,
    reference_value,
    ruled_out,
    said_against,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.ablation import Ablation
from doctor.schema.finding import EvidenceLine, Remedy


def judge(case: Case) -> Judgement:
    """The setting, what the engine logs about it, or a comparison that somebody made."""
    evidence = case.evidence
    eager = signal(evidence, "eager", "cudagraph_skip")
    captured = signal(evidence, "cudagraph_done", "cudagraph_start")
    said = signal(evidence, "said_eager")
    tested = said_against(evidence, "said_eager")
    off = _switched_off(case)
    if tested is not None:
        return tried_without_effect(tested)
    if off is not None:
        line = off
    elif eager is not None and captured is None:
        line = speaks_for(eager.text, eager.origin)
    elif captured is not None:
        return ruled_out("CUDA graphs were captured.", speaks_against(captured.text, captured.origin))
    elif (fact := setting(evidence, "engine.enforce_eager")) is not None and fact.value is False:
        return ruled_out("enforce_eager is off.", speaks_against("enforce_eager is off", fact.origin))
    elif said is not None:
        line = speaks_for(f"it is said: “{said.text}”", said.origin)
    elif (call := fact_of(evidence.script, "engine_call_in_full")) is not None:
        words = "the script's engine is built without enforce_eager"
        return ruled_out(f"Not so here: {words}.", speaks_against(words, call.origin))
    else:
        return unknown("the engine's start-up log, or its command")
    if reference_value(case, "engine.enforce_eager") is True:
        return ruled_out("The reference runs in eager mode too.", line)
    compared = said is not None and weighty(said)
    flight = in_flight(case)
    small = flight is not None and flight[0] <= 16
    only_said = off is None and eager is None
    forced = only_said and signal(evidence, "said_forced_eager") is not None
    return Judgement(
        "inconclusive" if only_said and not compared else "confirmed",
        "Eager mode: every step launches its kernels one by one from the CPU.",
        (line,),
        strength="measured" if compared else "configuration",
        factor=about(0.55 if small or compared else 0.8, 0.3 if compared else 0.5, 0.97),
        would_decide="the same run without --enforce-eager",
        plausibility=0.3 if forced else 0.6 if only_said and not compared else 1.0,
    )


def _switched_off(case: Case) -> EvidenceLine | None:
    """A setting that switches CUDA graphs off; on a CPU there are none to switch off."""
    device = setting(case.evidence, "engine.extra.device_config")
    for path, value in (
        ("engine.enforce_eager", True),
        ("engine.extra.cudagraph_mode", "NONE"),
        ("engine.extra.optimization_level", 0),
    ):
        fact = setting(case.evidence, path)
        if path.endswith("cudagraph_mode") and device is not None and device.value == "cpu":
            continue
        if fact is not None and fact.value == value and type(fact.value) is type(value):
            return speaks_for(f"{path.split('.')[-1]} = {value}", fact.origin)
    return None


CAUSE = Cause(
    id="enforce-eager",
    title="CUDA graphs are switched off",
    family="execution",
    needs=("settings", "signals", "reference", "script"),
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
