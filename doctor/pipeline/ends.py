"""The two ends of a ledger from a published figure to an observed one, both in output tok/s."""

from __future__ import annotations

from doctor.attribution.ends import End
from doctor.schema.accounting import Accounting


def published_end(accounting: Accounting, noise_sd: float = 0.0) -> End:
    """The published figure, once it counts output tokens; the title says what it counts as printed.

    ``noise_sd``: of one run's log rate. No publication states its own; it is taken to be one run that
    varied as runs vary here.
    """
    counted = "prompt and output tokens" if accounting.published_counts == "total" else "output tokens"
    return End(f"Published ({counted})", accounting.reference.output_tokens_per_s, noise_sd)


def observed_end(accounting: Accounting, noise_sd: float = 0.0) -> End | None:
    """The observed figure as it was read; None where nothing was observed.

    ``noise_sd``: of one run's log rate on the machine that it was observed on, where that is known.
    """
    reading = accounting.chosen_reading
    return None if reading is None else End("Observed", reading.observed.output_tokens_per_s, noise_sd)


def counted_away(accounting: Accounting) -> float | None:
    """What the published figure loses once it counts output tokens; None where it does already."""
    if accounting.published_counts != "total":
        return None
    return accounting.published_value - accounting.reference.output_tokens_per_s
