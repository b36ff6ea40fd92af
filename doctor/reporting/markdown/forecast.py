"""What the performance model expects, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.reporting import numbers
from doctor.reporting.escape import for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold, table
from doctor.reporting.markdown.curve import split
from doctor.reporting.text_waterfall import MARKS
from doctor.reporting.views.forecast import Expectation
from doctor.reporting.views.page import Page
from doctor.schema.prediction import Forecast, Standing


def expected(page: Page, words: Words) -> str:
    """The section of a check."""
    return forecast(page.expectations, page.forecast, words)


def forecast(told: Sequence[Expectation], record: Forecast | None, words: Words) -> str:
    """Predicted rates, standings, the split of a step, and what is not predicted; folded."""
    if record is None or not (told or record.refused):
        return ""
    parts = []
    if told:
        parts += [_rates(told, words), split(told[0][1], words)]
    if record.standings:
        parts.insert(1, _standings(record.standings, words))
    if record.refused:
        parts += [words("Not predicted"), bullets(record.refused)]
    return fold(f"△ {words('What the model expects')}", "\n\n".join(parts))


def _rates(told: Sequence[Expectation], words: Words) -> str:
    head = (
        words("Setup"),
        words("Device"),
        words("output tok/s"),
        words("95 % interval"),
        words("total tok/s"),
    )
    rows = [
        (
            f"{MARKS['predicted']} {for_markdown(words(title))}",
            for_markdown(one.device_name),
            numbers.coarse(one.rates.output_tokens_per_s),
            numbers.reach(one.output_tokens_per_s) or "–",
            numbers.coarse(one.rates.total_tokens_per_s),
        )
        for title, one in told
    ]
    return table(head, rows, right=(2, 3, 4))


def _standings(standings: Sequence[Standing], words: Words) -> str:
    where = {
        "below": words("below the interval"),
        "within": words("within the interval"),
        "above": words("above the interval"),
    }
    head = (words("Run"), words("seen"), words("predicted"), words("unit"), words("ratio"), words("stands"))
    rows = [
        (
            for_markdown(words(one.title)),
            numbers.rate(one.seen.estimate),
            f"{numbers.coarse(one.predicted.estimate)} {numbers.reach(one.predicted)}",
            numbers.unit(one.counts),
            f"{numbers.ratio(one.ratio.estimate)} {numbers.ratio_bounds(one.ratio)}",
            where[one.stands],
        )
        for one in standings
    ]
    return table(head, rows, right=(1, 2, 4))
