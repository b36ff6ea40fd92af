"""Requests per minute, tokens/s per GPU, or a mean of single requests against a total."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.gap import NOISE, find_gap
from doctor.causes.lookup import about, ruled_out, signal, speaks_against, speaks_for, unknown, value_of
from doctor.schema.finding import Remedy

_UNITS = (("60, as in requests per minute", 60.0, 0.8), ("1000, as in milliseconds", 1000.0, 0.8))
"""What a ratio may be, as a factor, and how likely it is that it is one."""

_CHANCE = 0.1
"""A ratio that is the number of GPUs by chance: small whole numbers are no rarity."""


def judge(case: Case) -> Judgement:
    """A ratio that is a unit's own factor, or a figure that already meets the other in its unit."""
    gap = find_gap(case)
    said = signal(case.evidence, "said_mean_of_requests", "said_per_gpu")
    if gap is None:
        if said is not None:
            return _named(said.text, str(said.origin), None)
        return unknown("both figures with their units")
    if "min" in gap.expected.label.lower() and gap.observed.quantity == "requests":
        text = f"{gap.observed.per_s:g} requests/s are {60 * gap.observed.per_s:.1f} per minute"
        text += f", the other figure is {60 * gap.expected.per_s:g} per minute"
        return Judgement(
            "confirmed",
            f"{text}.",
            (speaks_for(text, gap.expected.origin),),
            strength="arithmetic",
            factor=about(1 / 60),
        )
    for name, factor, likely in (*_UNITS, *_gpu_units(case)):
        if abs(gap.ratio * factor - 1) < NOISE and factor > 1:
            text = f"{gap.expected.per_s:g} is {gap.observed.per_s:g} times {name}"
            return Judgement(
                "inconclusive",
                f"{text}.",
                (speaks_for(text, gap.expected.origin),),
                strength="arithmetic",
                factor=about(1 / factor),
                would_decide="the units of the published figure",
                plausibility=likely,
            )
    if said is not None:
        return _named(said.text, str(said.origin), gap.ratio)
    words = f"the ratio of the two figures, {gap.ratio:.2f}, is that of no unit"
    return ruled_out(f"{words}.", speaks_against(words, gap.expected.origin))


def _gpu_units(case: Case) -> tuple[tuple[str, float, float], ...]:
    count = value_of(case.evidence.environment, "gpu.count")
    if not count or count <= 1:
        return ()
    per_gpu = signal(case.evidence, "said_per_gpu") is not None
    return ((f"{count:.0f}, the number of GPUs", count, 0.8 if per_gpu else _CHANCE),)


def _named(text: str, origin: str, ratio: float | None) -> Judgement:
    return Judgement(
        "inconclusive",
        "One figure is said to be per GPU or per request; the other may be a total.",
        (speaks_for(f"it is said: “{text}”", origin),),
        strength="configuration",
        factor=about(min(1.0, ratio)) if ratio else None,
        would_decide="the units of both figures",
        plausibility=0.3,
    )


CAUSE = Cause(
    id="throughput-unit-mismatch",
    title="The two figures have different units",
    family="measurement",
    needs=("rates", "signals", "environment"),
    judge=judge,
    remedy=Remedy(action="Convert both to requests/s of the whole setup.", verify_command="qdoctor check"),
    effects=(
        KnownEffect(
            1 / 60,
            "the launch post's figures are requests per minute",
            "https://blog.vllm.ai/2023/06/20/vllm.html",
        ),
    ),
)
