"""One figure counts prompt tokens too, the other only output tokens."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.gap import Gap, find_gap
from doctor.causes.insufficient_concurrency import BATCHED
from doctor.causes.lookup import (
    about,
    as_number,
    context,
    prompt_and_output,
    reference_value,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.accounting import Accounting
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """The settled accounting where there is one; else the two figures and the lengths."""
    if case.accounting is not None and case.accounting.observed_value is not None:
        return _settled(case.accounting)
    gap = find_gap(case)
    if gap is None:
        return unknown("both figures, each with what it counts: output tokens/s or total tokens/s")
    mine, theirs = gap.observed.quantity, gap.expected.quantity
    if mine == "requests" or (mine == theirs and mine != "tokens"):
        words = f"both figures count {mine}"
        return ruled_out(f"{words}.", speaks_against(words, gap.expected.origin))
    if {mine, theirs} == {"output tokens", "total tokens"}:
        return _different(case, gap, sure=True)
    if mine == "output tokens" or (mine == "tokens" and gap.ratio < 0.75):
        return _different(case, gap, sure=False)
    return unknown("what the two figures count: output tokens/s or total tokens/s")


def _settled(accounting: Accounting) -> Judgement:
    apparent = accounting.apparent_gap_tokens_per_s or 0.0
    part = accounting.accounting_tokens_per_s or 0.0
    published, observed = accounting.published_value, accounting.observed_value or 0.0
    rates = accounting.reference
    per_request = published / rates.requests_per_s
    words = (
        f"{published:g} tokens/s at {rates.requests_per_s:.3f} requests/s are {per_request:.0f} tokens per "
        f"request, so it counts {accounting.published_counts} tokens: {rates.total_tokens_per_s:.1f} total, "
        f"{rates.output_tokens_per_s:.1f} output tokens/s"
    )
    lines = (speaks_for(words, "accounting"), context(accounting.why_chosen or "as stated", "accounting"))
    if accounting.chosen == accounting.published_counts or abs(part) < 0.03 * published:
        return ruled_out(
            f"Both figures count {accounting.published_counts} tokens.", speaks_against(words, "accounting")
        )
    chosen = next((r for r in accounting.readings if r.counts == accounting.chosen), None)
    rest = f" What remains is {chosen.gap_fraction:.0%}." if chosen is not None else ""
    return Judgement(
        "confirmed",
        f"{words}. {observed:g} counts {accounting.chosen} tokens: of the apparent gap of {apparent:.1f}, "
        f"{part:.1f} are counting.{rest}",
        lines,
        strength="arithmetic",
        factor=about(max(0.01, 1 - part / published)),
    )


def _different(case: Case, gap: Gap, *, sure: bool) -> Judgement:
    """One counts output; does reading the other as a total explain the ratio?"""
    lengths = prompt_and_output(case)
    reference_in = as_number(reference_value(case, "workload.input_len"))
    reference_out = as_number(reference_value(case, "workload.output_len"))
    if reference_in is not None and reference_out:
        lengths = reference_in, reference_out
    raw = gap.ratio
    words = f"{gap.observed.label or gap.observed.per_s} against {gap.expected.label or gap.expected.per_s}"
    line = speaks_for(words, gap.observed.origin)
    if lengths is None:
        if not sure and raw > 0.6:
            return unknown("the prompt and output tokens per request of both runs")
        likely = 0.95 if sure else _unsure(case, gap)
        return Judgement(
            "confirmed" if sure else "inconclusive",
            f"{words}: {_what_is_said(gap, sure=sure)}",
            (line,),
            strength="arithmetic" if likely >= 0.4 else "warning",
            factor=about(min(1.0, raw)),
            would_decide="the requests/s beside the published figure, with its prompt and output lengths",
            plausibility=likely,
        )
    times = (lengths[0] + lengths[1]) / lengths[1]
    converted = gap.expected.per_s / times
    remaining = gap.observed.per_s / converted
    fits = 0.6 <= remaining <= 1.4 and abs(remaining - 1) < abs(raw - 1)
    text = (
        f"{gap.expected.per_s:g} total tokens/s at {lengths[0]:.0f} in and {lengths[1]:.0f} out are "
        f"{converted:.1f} output tokens/s; {gap.observed.per_s:g} is {remaining:.0%} of that, not {raw:.0%}"
    )
    said = gap.observed.quantity == "output tokens"
    if not sure and not (fits if said else 0.75 <= remaining <= 1.15):
        return unknown("the requests/s beside the published figure", context(text, gap.expected.origin))
    return Judgement(
        "confirmed",
        f"{text}.",
        (speaks_for(text, gap.expected.origin), line),
        strength="arithmetic",
        factor=about(1 / times),
        would_decide="the requests/s beside the published figure",
        plausibility=0.95,
    )


def _what_is_said(gap: Gap, *, sure: bool) -> str:
    if sure:
        return "the one counts output tokens, the other prompt tokens too."
    if gap.observed.quantity == "output tokens":
        return "the one counts output tokens, the other does not say what it counts."
    return "neither says what it counts."


def _unsure(case: Case, gap: Gap) -> float:
    """How likely the published figure is a total, where neither lengths nor words tell.

    A figure that a single request can reach is a decode rate, and counts output; two runs of
    one person count alike; a total is seldom over three times its output, and never over a dozen.
    """
    if gap.expected.per_s <= BATCHED or gap.ratio < 1 / 12:
        return 0.05
    published = signal(case.evidence, "said_published") is not None
    if gap.observed.quantity == "output tokens":
        return 0.6 if published or gap.ratio >= 1 / 3 else 0.45
    return 0.25 if published else 0.08


CAUSE = Cause(
    id="token-accounting-total-vs-output",
    title="The two figures count different tokens",
    family="measurement",
    needs=("rates", "delivered", "settings", "reference", "accounting"),
    judge=judge,
    remedy=Remedy(
        action="Compare in requests/s, or in output tokens/s on both sides.",
        verify_command="qdoctor check --observed-counts output",
    ),
    effects=(
        KnownEffect(
            1149.4 / 2298.89,
            "1000 in and 1000 out: 2298.89 total tokens/s at 1.15 requests/s",
            "https://qwenlm.github.io/blog/qwen-moe/",
        ),
        KnownEffect(
            291.53 / (2884.86 + 291.53),
            "Llama-3.1-405B: 2884.86 prompt and 291.53 output tokens/s",
            "https://blog.vllm.ai/2024/07/23/llama31.html",
        ),
    ),
)
