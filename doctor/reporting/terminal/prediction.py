"""The summary of a prediction: the sentence, the rates, the curve with its knee."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.language import Words
from doctor.reporting.terminal.lines import ROOM, Line, wrapped
from doctor.reporting.text_waterfall import ASCII_MARKS, MARKS, fitted
from doctor.reporting.views.prediction import PredictionPage, predicted_sentence, prediction_page
from doctor.schema.prediction_report import PredictionReport

_BAR = 28


def prediction_lines(report: PredictionReport, words: Words, width: int, *, unicode: bool) -> list[Line]:
    """The lines with their styles, at most :data:`ROOM`; of a long curve every second point."""
    page = prediction_page(report)
    sentence = " ".join(predicted_sentence(page, words))
    told = page.prediction
    limits = words(
        "Most of the time goes to {resource}; more at once is kept out by {limit}.",
        resource=words(told.resource),
        limit=words(told.queue_limit),
    )
    head: list[Line] = [(line, "bold") for line in wrapped(sentence, width, most=4)]
    head += [(line, "") for line in wrapped(limits, width, most=2)]
    return [*head, *_curve(page, words, ROOM - len(head), unicode=unicode)]


def _curve(page: PredictionPage, words: Words, room: int, *, unicode: bool) -> list[Line]:
    points = page.prediction.curve
    if not points or room < 4:
        return []
    every = -(-len(points) // (room - 2))
    top = max(point.output_tokens_per_s.estimate for point in points)
    mark = (MARKS if unicode else ASCII_MARKS)["predicted"]
    legend = f"{words('output tok/s')}, {mark} {words('predicted')}"
    title = f"{words('Output rate over requests in flight')} ({legend})"
    lines: list[Line] = [("", ""), (title, "underline")]
    for place, point in enumerate(points):
        if place % every and point.concurrency != page.prediction.knee_concurrency:
            continue
        filled = max(1, round(_BAR * point.output_tokens_per_s.estimate / top))
        bar = fitted(("░" if unicode else "=") * filled, _BAR, unicode=unicode)
        knee = f"  {words('knee')}" if point.concurrency == page.prediction.knee_concurrency else ""
        rate = numbers.rate(point.output_tokens_per_s.estimate, aligned=True)
        lines.append((f"{point.concurrency:6d} {bar} {rate:>9}{knee}", ""))
    return lines[:room]
