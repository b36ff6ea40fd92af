"""The top of a waterfall: the printed figure, and what mere counting makes of it."""

from __future__ import annotations

from doctor.reporting.views.bars import Bar, level, step
from doctor.schema.accounting import Accounting
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.rates import Counts, Interval

_SAME = 0.002
"""Relative difference below which two figures are one figure, rounded differently."""


def opening(ledger: Ledger, lines: tuple[LedgerLine, ...], accounting: Accounting | None) -> list[Bar]:
    """The first level, and before it the printed figure and its counting, where those differ from it."""
    counting = [line for line in lines if line.kind == "accounting"]
    rest = sum(line.tokens_per_s.estimate for line in lines if line.kind != "accounting")
    after_counting = ledger.end_tokens_per_s + rest
    if counting and not _same(after_counting, ledger.start_tokens_per_s):
        # The ledger itself starts at the printed figure.
        first = level(
            ledger.start_title, ledger.start_tokens_per_s, _start_counts(ledger, accounting), printed=True
        )
        steps = _counting_steps(counting, ledger)
        return [first, *steps, level("The same figure, counted alike", after_counting, ledger.counts)]
    start = level(ledger.start_title, ledger.start_tokens_per_s, ledger.counts)
    if accounting is None or not _restates(ledger, accounting):
        return [start]
    printed = level("As printed", accounting.published_value, accounting.published_counts, printed=True)
    prompts = step(
        LedgerLine(
            id="accounting",
            kind="accounting",
            title=counting[0].title if counting else _counting_title(accounting),
            tokens_per_s=Interval(estimate=accounting.published_value - ledger.start_tokens_per_s),
            basis="computed",
        ),
        ledger.counts,
        accounting.published_value,
    )
    return [printed, prompts, start]


def _counting_title(accounting: Accounting) -> str:
    return (
        "Prompt tokens, counted too"
        if accounting.published_counts == "total"
        else "Prompt tokens, not counted"
    )


def _start_counts(ledger: Ledger, accounting: Accounting | None) -> Counts:
    if accounting and _same(accounting.published_value, ledger.start_tokens_per_s):
        return accounting.published_counts
    return ledger.counts


def _restates(ledger: Ledger, accounting: Accounting) -> bool:
    """Whether the ledger starts at the published figure, counted otherwise than printed."""
    rates = accounting.reference
    start = rates.output_tokens_per_s if ledger.counts == "output" else rates.total_tokens_per_s
    return (
        ledger.basis != "replica"
        and accounting.published_counts != ledger.counts
        and _same(start, ledger.start_tokens_per_s)
        and not _same(accounting.published_value, ledger.start_tokens_per_s)
    )


def _counting_steps(lines: list[LedgerLine], ledger: Ledger) -> list[Bar]:
    here = ledger.start_tokens_per_s
    bars = []
    for line in lines:
        bars.append(step(line, ledger.counts, here))
        here = bars[-1].after
    return bars


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other), 1e-9)
