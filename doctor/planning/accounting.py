"""Accounting by arithmetic: how much of a gap is only counting, before anything runs."""

from __future__ import annotations

from typing import Literal

from doctor.errors import UsageError
from doctor.planning.plausibility import more_plausible
from doctor.planning.rates import (
    published_figure,
    rate_counting,
    rates_counting,
    rates_from_figures,
    reference_lengths,
)
from doctor.schema.accounting import Accounting, Lengths, Reading
from doctor.schema.rates import Counts, Rates
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Workload
from doctor.schema.violations import shown

__all__ = ["ObservedCounts", "rates_from_figures", "settle"]

ObservedCounts = Literal["output", "total", "unknown"]

MOST_TOKENS_PER_S = 1e9
"""No machine comes near; a larger number is a slip of the pen or the wrong unit."""


def settle(
    reference: ReferenceRun,
    observed_value: float | None,
    observed_counts: ObservedCounts,
    user_workload: Workload | None = None,
) -> Accounting:
    """Both figures in all three rates, and how much of the gap between them is only counting.

    ``observed_value`` is in tokens/s of ``observed_counts``; with ``unknown`` both readings are
    given and the more plausible one is chosen, with the reason. ``user_workload`` holds the
    lengths that the observed figure belongs to, where they may differ from the reference's.
    Raises UsageError for a value that is no rate, ReferenceRunError for missing lengths.
    """
    rates, lengths = rates_from_figures(reference), reference_lengths(reference)
    if observed_value is None:
        value, counts = published_figure(reference, rates, None)
        return Accounting(
            reference=rates, published_value=value, published_counts=counts, reference_lengths=lengths
        )
    _require_rate(observed_value)
    theirs = _lengths_of(user_workload, lengths)
    readings = _readings(observed_value, observed_counts, theirs, rates)
    chosen, why = _choose(readings, rates, theirs)
    value, counts = published_figure(reference, rates, chosen)
    apparent, counting = value - observed_value, value - rate_counting(rates, chosen)
    return Accounting(
        reference=rates,
        published_value=value,
        published_counts=counts,
        observed_value=observed_value,
        observed_counts=observed_counts,
        readings=readings,
        chosen=chosen,
        why_chosen=why,
        apparent_gap_tokens_per_s=apparent,
        accounting_tokens_per_s=counting,
        remaining_gap_tokens_per_s=apparent - counting,
        reference_lengths=lengths,
        observed_lengths=theirs,
        lengths_differ=theirs != lengths,
        lengths_note=_lengths_note(lengths, theirs),
    )


def _require_rate(value: float) -> None:
    if isinstance(value, bool) or not 0 < value <= MOST_TOKENS_PER_S:  # NaN compares false
        raise UsageError(
            f"{shown(value)} is no throughput: it must be above 0 and at most {MOST_TOKENS_PER_S:g} tokens/s "
            "(output or total)",
            next_step="Give the figure in tokens per second, and say with --observed-counts what it counts.",
        )


def _lengths_of(workload: Workload | None, reference: Lengths) -> Lengths:
    if workload is None:
        return reference
    return Lengths(input_len=workload.input_len, output_len=workload.output_len)


def _readings(
    value: float, counts: ObservedCounts, lengths: Lengths, reference: Rates
) -> tuple[Reading, ...]:
    read_as: tuple[Counts, ...] = ("output", "total") if counts == "unknown" else (counts,)
    return tuple(_reading(value, one, lengths, reference) for one in read_as)


def _reading(value: float, counts: Counts, lengths: Lengths, reference: Rates) -> Reading:
    observed = rates_counting(value, counts, lengths)
    gap = reference.output_tokens_per_s - observed.output_tokens_per_s
    return Reading(
        counts=counts,
        observed=observed,
        gap_output_tokens_per_s=gap,
        gap_fraction=gap / reference.output_tokens_per_s,
    )


def _choose(readings: tuple[Reading, ...], reference: Rates, lengths: Lengths) -> tuple[Counts, str]:
    if len(readings) == 1:
        return readings[0].counts, f"It was said to count {readings[0].counts} tokens."
    return more_plausible(readings[0], readings[1], reference, lengths)


def _lengths_note(reference: Lengths, observed: Lengths) -> str:
    if reference == observed:
        return ""
    return (
        f"The reference runs {_words(reference)}, the observed figure {_words(observed)} per request. "
        "A token then stands for other work on either side, so the gap between the two is arithmetic only; "
        "what the lengths cost is a cause of its own."
    )


def _words(lengths: Lengths) -> str:
    return f"{lengths.input_len:g} tokens in and {lengths.output_len:g} out"
