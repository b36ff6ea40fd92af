"""A prediction arranged for its page: against the published figure, over concurrency, device by device."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

from doctor.reporting import numbers
from doctor.reporting.language import Message
from doctor.reporting.views.concurrency import in_flight
from doctor.reporting.views.curve import CurveChart, Level, Mark, curve_chart
from doctor.reporting.views.rates import RateRow, predicted_rows
from doctor.schema.prediction import Prediction
from doctor.schema.prediction_report import PredictionReport


@dataclass(frozen=True)
class PredictionPage:
    """The arranged report."""

    report: PredictionReport
    prediction: Prediction
    """The one that was asked for."""
    rates: tuple[RateRow, ...]
    chart: CurveChart | None
    memory: tuple[tuple[str, int], ...]
    """Where the device's memory goes, in bytes; the rest is not in it."""
    command: str
    chosen: None = None
    """No observed figure is read here."""

    @property
    def published_lies(self) -> Literal["inside", "above", "below"] | None:
        """Where the published rate lies to the interval."""
        published, told = self.report.published, self.prediction.output_tokens_per_s
        if published is None or told.low is None or told.high is None:
            return None
        output = published.output_tokens_per_s
        return "below" if output < told.low else "above" if output > told.high else "inside"


def prediction_page(report: PredictionReport) -> PredictionPage:
    """Arrange a prediction."""
    first = report.predictions[0]
    published = report.published
    mark = Mark(
        "Predicted for this setup", "predicted", in_flight(report.setup.workload), first.output_tokens_per_s
    )
    levels = [Level("published", published.output_tokens_per_s)] if published else []
    return PredictionPage(
        report=report,
        prediction=first,
        rates=predicted_rows(first, published),
        chart=curve_chart(first.curve, [mark], levels, first.knee_concurrency) if first.curve else None,
        memory=_memory(first),
        command=shlex.join(report.provenance.command),
    )


def predicted_sentence(page: PredictionPage, words: Message) -> list[str]:
    """What should be reached, and how the published figure stands to it; one or two sentences."""
    told = page.prediction.output_tokens_per_s
    values = {"device": page.prediction.device_name, "output": numbers.coarse(told.estimate)}
    if told.low is None or told.high is None:
        return [words("On {device}, this setup should reach {output} output tok/s.", **values)]
    reach = words(
        "On {device}, this setup should reach {output} output tok/s, {low} to {high} at {level}.",
        **values,
        low=numbers.coarse(told.low),
        high=numbers.coarse(told.high),
        level=numbers.percent(told.level, 0),
    )
    if page.published_lies is None or page.report.published is None:
        return [reach]
    given = numbers.rate(page.report.published.output_tokens_per_s)
    held = {
        "inside": words("The published {output} output tok/s lies inside that.", output=given),
        "above": words("The published {output} output tok/s is more than that.", output=given),
        "below": words("The published {output} output tok/s is less than that.", output=given),
    }[page.published_lies]
    return [reach, held]


def _memory(prediction: Prediction) -> tuple[tuple[str, int], ...]:
    memory = prediction.memory
    return (
        ("Weights", memory.weights),
        ("KV cache", memory.kv_cache),
        ("Activations", memory.activations),
        ("CUDA graphs", memory.graphs),
        ("Outside PyTorch", memory.outside_torch),
    )
