"""Reads a text as a file of that name would be read."""

from __future__ import annotations

from doctor.evidence.contract import Document
from doctor.evidence.reading import read_text
from doctor.schema.evidence import Evidence
from doctor.schema.setup import Scalar


def read(text: str, name: str = "sample.txt") -> Evidence:
    """The evidence of a text."""
    return read_text(Document(name, text))


def settings(evidence: Evidence) -> dict[str, Scalar]:
    """Path → value of the settings, the first of each."""
    found: dict[str, Scalar] = {}
    for fact in evidence.settings:
        found.setdefault(fact.path, fact.value)
    return found


def facts(evidence: Evidence) -> dict[str, Scalar]:
    """Name → value of engine, environment and script facts, the first of each."""
    found: dict[str, Scalar] = {}
    for fact in (*evidence.engine_facts, *evidence.environment, *evidence.script):
        found.setdefault(fact.path, fact.value)
    return found


def rates(evidence: Evidence) -> dict[str, float]:
    """Quantity → rate of what was observed."""
    return {rate.quantity: rate.per_s for rate in evidence.rates if rate.role == "observed"}
