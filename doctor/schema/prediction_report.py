"""The report of a prediction: what a setup should reach on one device or several."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from doctor.schema.prediction import Prediction, Refused
from doctor.schema.rates import Rates
from doctor.schema.record import Record
from doctor.schema.reference import ReferenceRun
from doctor.schema.report import SCHEMA_VERSION, Provenance
from doctor.schema.setup import Setup


class PredictionReport(Record):
    """What ``qdoctor predict --output DIR`` writes as report.json. Nothing was run."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["prediction"] = "prediction"
    provenance: Provenance
    setup: Setup
    predictions: tuple[Prediction, ...] = Field(min_length=1)
    """The first is the one that was asked for, the others stand beside it."""
    refused: tuple[Refused, ...] = ()
    """Devices that were asked for and on which the setup is not predicted."""
    confirm: tuple[str, ...] = ()
    """Commands that would confirm the first prediction on its device."""
    reference: ReferenceRun | None = None
    published: Rates | None = None
    """The published figure in all three rates, where the setup is a reference run's."""
    warnings: tuple[str, ...] = ()
