"""Whatever a report.json can hold: the report of a check, a diagnosis, a prediction or a comparison."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter

from doctor.schema.comparison import ComparisonReport
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.prediction_report import PredictionReport
from doctor.schema.report import Report

Document = Report | DiagnosisReport | PredictionReport | ComparisonReport


def kind_of(value: Any) -> str:  # noqa: ANN401 - a parsed JSON value or a record
    """What a document says it is. Reports written before there were kinds are checks."""
    kind = value.get("kind", "check") if isinstance(value, dict) else getattr(value, "kind", "check")
    return str(kind)


DOCUMENT: TypeAdapter[Document] = TypeAdapter(
    Annotated[
        Annotated[Report, Tag("check")]
        | Annotated[DiagnosisReport, Tag("diagnosis")]
        | Annotated[PredictionReport, Tag("prediction")]
        | Annotated[ComparisonReport, Tag("comparison")],
        Discriminator(kind_of),
    ]
)
"""Validates and describes all kinds at once."""
