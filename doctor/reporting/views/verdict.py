"""The verdict told again from the record's numbers, for languages that the record's sentence is not in."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.language import Words
from doctor.schema.accounting import Accounting, Reading
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.report import Report


def in_words(sentence: str, report: Report, words: Words) -> str:
    """The record's sentence in the reader's language: as it stands, as its sentences are known, or retold."""
    told = words(sentence)
    if words.language == "en" or told != sentence:
        return told
    return retold(report, words) or sentence


def retold(report: Report, words: Words) -> str:
    """One or two sentences with the same numbers; empty where there is nothing to tell."""
    parts = [retold_counting(report.accounting, words), *(_share(ledger, words) for ledger in report.ledgers)]
    if report.verdict.outcome == "failed":
        parts.insert(0, words("The check failed."))
    return ("" if words.language == "zh" else " ").join(part for part in parts if part)


def retold_counting(told: Accounting, words: Words) -> str:
    """What share of the published rate was observed, once both count the same; empty without a figure."""
    reading = _reading(told)
    if reading is None:
        return ""
    rates = told.reference
    sentence = words(
        "Your {observed} output tok/s is {share} of the published {published} output tok/s.",
        observed=numbers.rate(reading.observed.output_tokens_per_s),
        share=numbers.percent(1 - reading.gap_fraction),
        published=numbers.rate(rates.output_tokens_per_s),
    )
    if told.published_counts == "total":
        counting = words(
            "The published {printed} counts prompt tokens too.",
            printed=numbers.as_printed(told.published_value),
        )
        return f"{sentence}{counting}" if words.language == "zh" else f"{sentence} {counting}"
    return sentence


def _share(ledger: Ledger, words: Words) -> str:
    lines = [line for line in ledger.lines if line.kind == "factor"]
    if ledger.refused or not lines:
        return ""
    largest = max(lines, key=lambda line: line.tokens_per_s.estimate)
    values = {"title": words(largest.title), "amount": _amount(largest), "unit": numbers.unit(ledger.counts)}
    if ledger.basis == "replica":
        return words("On a replica, {title} costs the most: {amount} {unit}.", **values)
    return words("The largest share of the gap: {title}, {amount} {unit}.", **values)


def _reading(told: Accounting) -> Reading | None:
    return next((r for r in told.readings if r.counts == told.chosen), next(iter(told.readings), None))


def _amount(line: LedgerLine) -> str:
    change = line.tokens_per_s
    span = numbers.bounds(change)
    return f"{numbers.unsigned(change.estimate, change)}{' ' + span if span else ''}"
