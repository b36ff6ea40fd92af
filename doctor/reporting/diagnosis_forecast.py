"""What the performance model adds to a diagnosis: the rate to expect, and the way to the one observed."""

from __future__ import annotations

from collections.abc import Iterator

from doctor.schema.diagnosis import Diagnosis
from doctor.schema.ledger import Ledger
from doctor.schema.prediction import Prediction

SHOWN = 0.5
"""Tokens/s from which a line of the predicted way is worth its place."""


def forecast_paragraphs(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    """Each paragraph with the indent of its further lines; none where nothing was predicted."""
    forecast = diagnosis.forecast
    expected = forecast.expected if forecast else None
    if forecast is None or expected is None:
        return
    words = f"On {expected.device_name} the published setup should give {_rate(expected, total=True)}"
    yield f"{words}, which is {_rate(expected)}.", ""
    if forecast.user is not None:
        yield f"Your setup, as far as it was told: {_rate(forecast.user)}.", ""
    for one in forecast.standings:
        words = (
            f"{one.title}: {one.seen.estimate:.0f} {one.counts} tokens/s, {one.ratio.estimate:.0%} of that"
        )
        yield f"{words} ({one.stands} its interval).", ""
    if diagnosis.ledger is not None and not diagnosis.ledger.refused:
        yield from _way(diagnosis.ledger)


def _way(ledger: Ledger) -> Iterator[tuple[str, str]]:
    later = " " * 11
    yield f"{ledger.start_tokens_per_s:9.1f}  {ledger.start_title}", later
    for line in ledger.lines:
        if abs(line.tokens_per_s.estimate) < SHOWN:
            continue
        interval = line.tokens_per_s
        reach = ""
        if interval.low is not None and interval.high is not None and interval.high > interval.low:
            reach = f" ({-interval.high:+.0f} to {-interval.low:+.0f})"
        yield f"{-interval.estimate:+9.1f}  {line.title}{reach}", later
    yield f"{ledger.end_tokens_per_s:9.1f}  {ledger.end_title}, in {ledger.counts} tokens/s", later


def _rate(prediction: Prediction, *, total: bool = False) -> str:
    interval = prediction.total_tokens_per_s if total else prediction.output_tokens_per_s
    counts = "total" if total else "output"
    return f"{interval.estimate:.0f} ({interval.low:.0f} to {interval.high:.0f}) {counts} tokens/s"
