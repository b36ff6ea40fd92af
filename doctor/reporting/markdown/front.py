"""The top of the Markdown report: verdict, rates, ledger, fixes."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, replica_note, table
from doctor.reporting.text_waterfall import MARKS, basis_words, text_rows
from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.page import FIRST_FIXES, Page
from doctor.reporting.views.rates import RateRow
from doctor.reporting.views.verdict import in_words

WIDTH = 96


def verdict(page: Page, words: Words) -> str:
    """The sentence and what stands beside it."""
    report = page.report
    lines = [f"## {for_markdown(report.reference.title)}", "", f"**{for_markdown(_sentence(page, words))}**"]
    if report.provenance.interrupted:
        lines += ["", words("Interrupted: this report is partial.")]
    if report.verdict.details:
        lines += ["", bullets(map(words, report.verdict.details))]
    return "\n".join(lines)


def rates(page: Page, words: Words) -> str:
    """The three rates side by side; the one that was given is bold."""
    return rate_table(page.rates, words)


def rate_table(rates: Sequence[RateRow], words: Words) -> str:
    """One row per throughput; which figure was given is told below."""
    head = ("", words("requests/s"), words("output tok/s"), words("total tok/s"), words("of the published"))
    told = table(head, [_rate_row(row, words) for row in rates], right=(1, 2, 3, 4))
    if not any(row.given for row in rates):
        return told
    note = words("Bold: the figure as it was given; the other rates follow from the tokens per request.")
    return f"{told}\n\n<sub>{note}</sub>"


def ledgers(page: Page, words: Words) -> str:
    """Each ledger as a text waterfall."""
    if not page.falls:
        return words("No ledger: nothing was attributed. What is missing is told below.")
    return "\n\n".join(ledger_text(view, words) for view in page.front_falls)


def fixes(page: Page, words: Words) -> str:
    """The first three fixes with gain and command."""
    lines = [f"### {words('What to do first')}"]
    for number, fix in enumerate(page.report.fixes[:FIRST_FIXES], 1):
        gain = f"{words('Expected')}: {for_markdown(words(fix.expected_gain))}"
        lines.append(
            f"{number}. **{for_markdown(words(fix.title))}.** {for_markdown(words(fix.action))} {gain}"
        )
        if fix.verify_command:
            block = code_block(fix.verify_command, "sh")
            lines.append("\n" + "\n".join(f"   {line}" for line in block.splitlines()) + "\n")
    if not page.report.fixes:
        lines.append(words("No fix is advised: no cause was confirmed."))
    return "\n".join(lines).rstrip()


def who(row: RateRow, words: Words) -> str:
    """Whose throughput a row tells."""
    if row.who == "published":
        return words("Published")
    if row.who == "observed":
        if row.read_as == "output":
            return words("Observed, read as output tokens")
        return words("Observed, read as total tokens") if row.read_as == "total" else words("Observed")
    own = {
        "reference arm": words("Reference arm, here"),
        "user arm": words("Your setup, here"),
        "predicted": words("This setup"),
    }[row.who]
    return own + (f" ({basis_words(row.basis, words)})" if row.basis else "")


def _sentence(page: Page, words: Words) -> str:
    """The record's own sentence; in another language the numbers are told again."""
    return in_words(page.report.verdict.sentence, page.report, words)


def _rate_row(row: RateRow, words: Words) -> tuple[str, ...]:
    given = numbers.as_printed(row.given_value) if row.given_value is not None else ""
    output, total = numbers.rate(row.rates.output_tokens_per_s), numbers.rate(row.rates.total_tokens_per_s)
    return (
        who(row, words),
        numbers.rate(row.rates.requests_per_s),
        f"**{given}**" if row.given == "output" else output,
        f"**{given}**" if row.given == "total" else total,
        numbers.percent(row.ratios.output_tokens_per_s) if row.ratios else "",
    )


def ledger_text(view: Waterfall, words: Words) -> str:
    """One ledger as a text waterfall with its legend."""
    ledger = view.ledger
    unit = words("output tok/s") if ledger.counts == "output" else words("total tok/s")
    parts = [f"### {for_markdown(words(ledger.title))} ({unit})"]
    if ledger.basis == "replica":
        parts.append(replica_note(words))
    if ledger.refused:
        parts.append(for_markdown(words("Nothing was attributed: {why}", why=view.refused_why)))
    parts.append(code_block("\n".join(text_rows(view, width=WIDTH, words=words)), "text"))
    parts.append(f"<sub>{_legend(view, words)}</sub>")
    return "\n\n".join(parts)


def _legend(view: Waterfall, words: Words) -> str:
    marks = [f"{MARKS[basis]} {basis_words(basis, words)}" for basis in view.bases]
    if view.has("accounting"):
        marks.append(words("the printed figure counts prompt tokens too, in total tok/s"))
    if view.has("unexplained"):
        marks.append(f"╱ {words('unexplained')}")
    return " · ".join([*marks, words("[low, high]: 95 % interval")])
