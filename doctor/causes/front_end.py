"""How much of an offline run goes into adding requests: shared by the causes that act before the engine."""

from __future__ import annotations

from doctor.causes.contract import Case
from doctor.causes.lookup import fact_of, value_of

NOTICEABLE = 0.25
"""Adding takes a tenth of a run of text at most: tokenising is all that it does."""


def time_of_adding(case: Case) -> tuple[float, str, str] | None:
    """The share of the time that adding took, in words, and where that stands; None where it is small."""
    facts = case.evidence.engine_facts
    adding, processing = value_of(facts, "adding_requests_s"), value_of(facts, "processing_s")
    origin = fact_of(facts, "adding_requests_s")
    if adding is None or processing is None or origin is None or adding <= 0:
        return None
    share = adding / (adding + processing)
    if share < NOTICEABLE:
        return None
    return (
        share,
        f"adding the requests took {adding:.1f} s, processing them {processing:.1f} s",
        str(origin.origin),
    )
