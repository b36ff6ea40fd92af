"""Throughput over concurrency and the split of a step's time, as tables."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import fold, replica_note, table
from doctor.reporting.text_waterfall import MARKS, basis_words
from doctor.reporting.views.curve import CurveChart, Mark
from doctor.reporting.views.page import Page
from doctor.schema.prediction import Prediction


def concurrency(page: Page, words: Words) -> str:
    """The charts of a check in numbers, folded; empty where there are none."""
    told = page.concurrency
    parts = []
    if told.published:
        device = told.prediction.device_name if told.prediction else ""
        title = words("The published setup on {device}", device=for_markdown(device)) if device else ""
        parts.append("\n\n".join(part for part in (title, curve_table(told.published, words)) if part))
    if told.replica:
        parts.append(f"{replica_note(words)}\n\n{curve_table(told.replica, words)}")
    if told.prediction and told.prediction.components:
        title = words("Where the published setup's time goes, predicted")
        parts.append(f"{title}\n\n{split(told.prediction, words)}")
    return fold(words("Throughput over concurrency"), "\n\n".join(parts)) if parts else ""


def curve_table(chart: CurveChart, words: Words) -> str:
    """Every predicted point and every mark of a chart."""
    head = (words("in flight"), words("stands on"), words("output tok/s"), words("95 % interval"))
    rows: list[tuple[str, ...]] = [
        (
            str(point.concurrency),
            f"{MARKS['predicted']} {words('predicted')}"
            + (f", **{words('knee')}**" if point.concurrency == chart.knee else ""),
            numbers.rate(point.output_tokens_per_s),
            "–",
        )
        for point in chart.points
    ]
    rows += [_mark(mark, words) for mark in chart.marks]
    return table(head, rows, right=(0, 2, 3))


def split(prediction: Prediction, words: Words) -> str:
    """Where the predicted time goes, largest part first."""
    ordered = sorted(prediction.components, key=lambda part: -part.fraction)
    rows = [
        (for_markdown(words(part.name)), numbers.percent(part.fraction), f"{part.seconds:.1f}")
        for part in ordered
    ]
    return table((words("Part"), words("share"), "s"), rows, right=(1, 2))


def _mark(mark: Mark, words: Words) -> tuple[str, ...]:
    stands = (
        f"{MARKS[mark.basis]} {basis_words(mark.basis, words)}" if mark.basis else words("observed, as given")
    )
    return (
        str(mark.concurrency) if mark.concurrency is not None else words("all at once"),
        f"{stands}: {for_markdown(words(mark.title))}",
        numbers.rate(mark.output.estimate),
        numbers.bounds(mark.output) or "–",
    )
