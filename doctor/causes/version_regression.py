"""A release is slower than the one before."""

from __future__ import annotations

import re

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect, Strength
from doctor.causes.lookup import about, ruled_out, setting, signal, speaks_against, speaks_for, unknown
from doctor.causes.versions import parse_version, versions_named
from doctor.schema.finding import EvidenceLine, Remedy


def judge(case: Case) -> Judgement:
    """Two releases named, the newer one slower; or going back is said to help."""
    named = versions_named(case.evidence)
    said = signal(case.evidence, "said_version_changed")
    older = _faster_and_older(case)
    if older is not None:
        words, place = older
        lines = [speaks_for(words, place)]
        if said is not None:
            lines.append(speaks_for(f"it is said: “{said.text}”", said.origin))
        return _judgement(
            f"{words}: the release changed, and with it the speed", tuple(lines), 0.85, "measured"
        )
    if said is not None:
        line = speaks_for(f"it is said: “{said.text}”", said.origin)
        helped = _GOING_BACK.search(said.text) is not None
        likely = 0.9 if helped else 0.7 if len(named) > 1 else 0.5
        return _judgement(
            "The release changed, and with it the speed",
            (line,),
            likely,
            "measured" if helped else "configuration",
        )
    if len(named) == 1:
        words = f"only {named[0]} is named"
        return ruled_out(f"{words}.", speaks_against(words, "versions in the evidence"))
    return unknown("the version of both runs")


_GOING_BACK = re.compile(r"downgrad|roll\w* back|revert|回退", re.IGNORECASE)


def _faster_and_older(case: Case) -> tuple[str, str] | None:
    """The release of the faster run, where it is older than the slower one's."""
    fact = setting(case.evidence, "software.version", role="reference")
    theirs = parse_version(str(fact.value)) if fact is not None else None
    newer = [version for version in versions_named(case.evidence) if theirs is not None and version > theirs]
    if fact is None or theirs is None or not newer:
        return None
    return f"vLLM {newer[0]} is the slower one, {theirs} the faster", str(fact.origin)


def _judgement(words: str, lines: tuple[EvidenceLine, ...], likely: float, strength: Strength) -> Judgement:
    return Judgement(
        "inconclusive",
        f"{words}.",
        lines,
        strength=strength,
        factor=about(0.7, 0.05, 0.97),
        would_decide="the same run on both releases, with all defaults of the older one given explicitly",
        plausibility=likely,
    )


CAUSE = Cause(
    id="version-regression",
    title="A release is slower than the one before",
    family="execution",
    needs=("engine_facts", "signals", "settings"),
    judge=judge,
    remedy=Remedy(
        action="Run the other release with the same explicit settings; report it with both logs.",
        verify_command="qdoctor check --engine-python /path/to/older/bin/python",
    ),
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
