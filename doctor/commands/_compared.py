"""What a diagnosis is held against: the reference named or recognised, and both figures settled."""

from __future__ import annotations

from typing import Literal

from doctor.causes.contract import Case
from doctor.causes.gap import observed_rates
from doctor.causes.lookup import setting
from doctor.planning.accounting import settle
from doctor.references import load_reference, reference_setup
from doctor.references.recognise import PRECISE, figures_of, recognise
from doctor.schema.accounting import Accounting
from doctor.schema.evidence import Evidence, ObservedRate
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Setup


def reference_meant(reference_id: str | None, evidence: Evidence) -> ReferenceRun | None:
    """The reference that was named, or the one whose published figure the evidence quotes."""
    if reference_id is not None:
        return load_reference(reference_id)
    model = setting(evidence, "model.name")
    quoted = [rate.per_s for rate in evidence.rates if rate.weight == "statement"]
    return recognise(quoted, str(model.value) if model is not None else None)


def with_published_aside(evidence: Evidence, reference: ReferenceRun | None) -> Evidence:
    """The evidence with the reference's own figure marked as what was hoped for, wherever it is quoted."""
    if reference is None:
        return evidence
    figures = figures_of(reference)
    return evidence.model_copy(update={"rates": tuple(_aside(rate, figures) for rate in evidence.rates)})


def _aside(rate: ObservedRate, figures: tuple[float, ...]) -> ObservedRate:
    quoted = rate.weight == "statement" and any(abs(rate.per_s / one - 1) < PRECISE for one in figures)
    return (
        rate.model_copy(update={"role": "expected"}) if quoted and rate.origin.file != "--observed" else rate
    )


def settled(
    reference: ReferenceRun | None, evidence: Evidence, counts: str
) -> tuple[Setup | None, Accounting | None]:
    """The reference's setup, and both figures settled where one was observed."""
    if reference is None:
        return None, None
    setup = reference_setup(reference)
    rates = [rate for rate in observed_rates(Case(evidence=evidence)) if "tokens" in rate.quantity]
    rates = [rate for rate in rates if rate.quantity != "prompt tokens" and rate.per_s > 0]
    if not rates:
        return setup, None
    rate = max(rates, key=lambda item: (item.weight == "result", item.quantity == "output tokens"))
    return setup, settle(reference, rate.per_s, _counts(rate.quantity, counts), setup.workload)


def _counts(quantity: str, stated: str) -> Literal["output", "total", "unknown"]:
    """What the observed figure counts: by what it is called, else as stated."""
    if quantity == "output tokens" or stated == "output":
        return "output"
    return "total" if quantity == "total tokens" or stated == "total" else "unknown"
