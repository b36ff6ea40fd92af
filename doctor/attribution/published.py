"""The ledger of a published and an observed figure where nothing in between was measured."""

from __future__ import annotations

from doctor.schema.accounting import Accounting
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.rates import Interval


def published_ledger(accounting: Accounting, why_not_measured: str) -> Ledger | None:
    """From the figure as printed to the observed one: the accounting line, and one unexplained line.

    Figures are output tokens/s; the published figure is shown as printed, and the accounting
    line brings it to output tokens. None where no figure was observed.
    """
    reading = accounting.chosen_reading
    if reading is None:
        return None
    in_output = accounting.reference.output_tokens_per_s
    counted_away = accounting.published_value - in_output
    lines = []
    if accounting.published_counts == "total":
        lines.append(
            LedgerLine(
                id="accounting",
                kind="accounting",
                title="Prompt tokens that the published figure counts",
                tokens_per_s=Interval(estimate=counted_away, method="arithmetic"),
                basis="computed",
            )
        )
    lines.append(
        LedgerLine(
            id="unexplained",
            kind="unexplained",
            title="Not explained here",
            tokens_per_s=Interval(estimate=reading.gap_output_tokens_per_s, method="difference"),
            basis="computed",
        )
    )
    counted = "prompt and output tokens" if accounting.published_counts == "total" else "output tokens"
    return Ledger(
        title="From the published figure to yours",
        basis="computed",
        counts="output",
        start_title=f"Published ({counted})",
        start_tokens_per_s=accounting.published_value,
        end_title="Observed (output tokens)",
        end_tokens_per_s=reading.observed.output_tokens_per_s,
        lines=tuple(lines),
        method="arithmetic on the figures; nothing was measured between them",
        notes=(why_not_measured,) if why_not_measured else (),
    )
