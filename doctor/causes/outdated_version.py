"""The release is older than the one that was published with."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    reference_value,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.causes.versions import parse_version, version_of
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """The user's release against the reference's."""
    mine = version_of(case.evidence)
    stated = reference_value(case, "software.version")
    theirs = parse_version(str(stated)) if stated else None
    said = signal(case.evidence, "said_outdated")
    if (mine is None or theirs is None) and said is not None:
        return by_words(
            said,
            "A newer release is said to be faster.",
            factor=(0.7, 0.37, 1.0),
            decides="the same run on a current release",
        )
    if mine is None or theirs is None:
        return unknown("the vLLM version of both runs")
    words = f"vLLM {mine}, the reference ran {theirs}"
    if mine >= theirs:
        return ruled_out(f"{words}.", speaks_against(words, "versions in the evidence"))
    return Judgement(
        "confirmed",
        f"{words}.",
        (speaks_for(words, "versions in the evidence"),),
        strength="configuration",
        factor=about(0.7, 0.37, 1.0),
        would_decide="the same run on the reference's release",
        plausibility=0.7,
    )


CAUSE = Cause(
    id="outdated-version",
    title="The release is older than the reference's",
    family="execution",
    needs=("engine_facts", "reference", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Upgrade to the reference's release or a newer one.",
        verify_command="qdoctor check --engine-python /path/to/newer/bin/python",
    ),
    effects=(
        KnownEffect(
            1 / 2.7, "0.5.3 against 0.6.0, 8B on an H100", "https://blog.vllm.ai/2024/09/05/perf-update.html"
        ),
        KnownEffect(1 / 1.8, "the same, 70B on four", "https://blog.vllm.ai/2024/09/05/perf-update.html"),
    ),
)
