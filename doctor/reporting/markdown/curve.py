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
    for scene in (told.here, told.published):
        if scene.chart:
            device = for_markdown(scene.prediction.device_name) if scene.prediction else ""
            if device:
                parts.append(words("The published setup on {device}", device=device))
            parts.append(curve_table(scene.chart, words))
    if told.replica:
        parts.append(f"{replica_note(words)}\n\n{curve_table(told.replica, words)}")
    return fold(words("Throughput over concurrency"), "\n\n".join(parts)) if parts else ""


def curve_table(chart: CurveChart, words: Words) -> str:
    """Every predicted point and every mark of a chart."""
    head = (words("in flight"), words("stands on"), words("output tok/s"), words("95 % interval"))
    rows: list[tuple[str, ...]] = [
        (
            str(point.concurrency),
            f"{MARKS['predicted']} {words('predicted')}"
            + (f", **{words('knee')}**" if point.concurrency == chart.knee else ""),
            numbers.rate(point.output_tokens_per_s.estimate),
            numbers.bounds(point.output_tokens_per_s) or "–",
        )
        for point in chart.points
    ]
    rows += [_mark(mark, words) for mark in chart.marks]
    return table(head, rows, right=(0, 2, 3))


def split(prediction: Prediction, words: Words) -> str:
    """Where the predicted time goes, largest part first."""
    ordered = sorted(prediction.components, key=lambda part: -part.fraction)
    rows = [
        (
            for_markdown(words(part.name)),
            numbers.percent(part.fraction),
            f"{1000 * prediction.mean_step_s * part.fraction:.2f}",
        )
        for part in ordered
    ]
    return table((words("Part"), words("share"), words("ms per step")), rows, right=(1, 2))


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
