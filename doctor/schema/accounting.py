"""What a published and an observed figure count, settled by arithmetic before anything runs."""

from __future__ import annotations

from typing import Literal

from doctor.schema.rates import Counts, Rates
from doctor.schema.record import Record


class Lengths(Record):
    """Tokens per request, prompt and output."""

    input_len: float
    output_len: float


class Reading(Record):
    """The observed figure read as counting ``counts``, and the gap that this reading leaves."""

    counts: Counts
    observed: Rates
    gap_output_tokens_per_s: float
    """Reference minus observed, both in output tokens/s. Negative: the observed one is faster.
    Where the lengths differ it is arithmetic only: the two runs did different work."""
    gap_fraction: float
    """The gap over the reference's output rate."""


class Accounting(Record):
    """Both figures in all three rates, and how much of the apparent gap is only counting."""

    reference: Rates
    published_value: float
    published_counts: Counts
    observed_value: float | None = None
    observed_counts: Literal["output", "total", "unknown"] = "unknown"
    readings: tuple[Reading, ...] = ()
    chosen: Counts | None = None
    """The reading that is used further: the stated one, or the more plausible one."""
    why_chosen: str = ""
    apparent_gap_tokens_per_s: float | None = None
    """Published value minus observed value, in whatever each counts: the gap people see first."""
    accounting_tokens_per_s: float | None = None
    """The part of the apparent gap that vanishes once both count the same."""
    remaining_gap_tokens_per_s: float | None = None
    """What is left of the apparent gap, in what the observed figure counts (``chosen``): apparent
    gap = accounting part + remaining gap, exactly."""
    reference_lengths: Lengths | None = None
    observed_lengths: Lengths | None = None
    lengths_differ: bool = False
    lengths_note: str = ""
    """Where the lengths differ: what that means for comparing the figures."""

    @property
    def chosen_reading(self) -> Reading | None:
        """The observed figure as it is used further; None where nothing was observed."""
        return next((one for one in self.readings if one.counts == self.chosen), None)
