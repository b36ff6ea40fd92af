"""A release is slower than the one before."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import about, ruled_out, signal, speaks_against, speaks_for, unknown
from doctor.causes.versions import versions_named
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """Two releases named, the newer one slower; or going back is said to help."""
    named = versions_named(case.evidence)
    said = signal(case.evidence, "said_version_changed")
    if said is not None:
        words = f"it is said: “{said.text}”"
        helped = "downgrad" in said.text.lower()
        return Judgement(
            "inconclusive",
            "The release changed, and with it the speed.",
            (speaks_for(words, said.origin),),
            strength="measured" if helped else "configuration",
            factor=about(0.7, 0.05, 0.97),
            would_decide="the same run on both releases, with all defaults of the older one given explicitly",
            plausibility=0.9 if helped else 0.7 if len(named) > 1 else 0.5,
        )
    if len(named) == 1:
        words = f"only {named[0]} is named"
        return ruled_out(f"{words}.", speaks_against(words, "versions in the evidence"))
    return unknown("the version of both runs")


CAUSE = Cause(
    id="version-regression",
    title="A release is slower than the one before",
    family="execution",
    needs=("engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(action="Run the other release with the same explicit settings; report it with both logs."),
    effects=(
        KnownEffect(
            17.67 / 20.13,
            "0.4.1 against 0.4.0, in requests/s",
            "https://github.com/vllm-project/vllm/issues/4210",
        ),
        KnownEffect(
            0.93 / 21.25, "a tokenizer's bug, in requests/s", "https://github.com/vllm-project/vllm/pull/3740"
        ),
    ),
)
