"""The report of a diagnosis: what evidence alone says, with how it came to be."""

from __future__ import annotations

from typing import Literal

from doctor.schema.diagnosis import Diagnosis
from doctor.schema.record import Record
from doctor.schema.reference import ReferenceRun
from doctor.schema.report import SCHEMA_VERSION, Provenance


class DiagnosisReport(Record):
    """What ``qdoctor diagnose --output DIR`` writes as report.json. Nothing was run."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["diagnosis"] = "diagnosis"
    provenance: Provenance
    diagnosis: Diagnosis
    reference: ReferenceRun | None = None
    """The published figure that was hoped for, where one was named."""
    warnings: tuple[str, ...] = ()
