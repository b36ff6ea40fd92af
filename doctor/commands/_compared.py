"""What a diagnosis is held against: the reference named or recognised, and both figures settled."""

from __future__ import annotations

from doctor.causes.lookup import setting
from doctor.pipeline.reading import counts_of, rate_of
from doctor.planning.accounting import settle
from doctor.references import load_reference, reference_setup
from doctor.references.recognise import recognise
from doctor.schema.accounting import Accounting
from doctor.schema.evidence import Evidence
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Setup


def reference_meant(reference_id: str | None, evidence: Evidence) -> ReferenceRun | None:
    """The reference that was named, or the one whose published figure the evidence quotes."""
    if reference_id is not None:
        return load_reference(reference_id)
    model = setting(evidence, "model.name")
    quoted = [rate.per_s for rate in evidence.rates if rate.weight == "statement"]
    return recognise(quoted, str(model.value) if model is not None else None)


def settled(
    reference: ReferenceRun | None, evidence: Evidence, counts: str
) -> tuple[Setup | None, Accounting | None]:
    """The reference's setup, and both figures settled where one was observed."""
    if reference is None:
        return None, None
    setup = reference_setup(reference)
    rate = rate_of(evidence)
    if rate is None:
        return setup, None
    return setup, settle(reference, rate.per_s, counts_of(rate, counts), setup.workload)
