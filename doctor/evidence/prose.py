"""Sentences around the output: an issue's own words, rendered as the weakest evidence."""

from __future__ import annotations

from itertools import islice

from doctor.evidence.contract import Document
from doctor.evidence.prose_rates import prose_rates
from doctor.evidence.prose_setup import prose_setup
from doctor.evidence.prose_statements import prose_statements
from doctor.schema.evidence import Evidence

LARGEST = 200_000
"""Longer texts are logs, not sentences."""

_ENGINE = ("version", "kv_cache_tokens")
"""Facts about the engine, not settings of it."""

MOST = 1000
"""Facts taken from one text; an issue names a few dozen."""


def read_prose(document: Document) -> Evidence:
    """Rates, setup and statements in a text that people wrote."""
    if len(document.text) > LARGEST:
        return Evidence()
    facts = tuple(islice(prose_setup(document), MOST))
    rates = tuple(prose_rates(document))
    signals = tuple(prose_statements(document))
    if not facts and not rates and not signals:
        return Evidence()
    return Evidence(
        read=(f"{document.name}: prose",),
        rates=rates,
        settings=tuple(fact for fact in facts if not fact.path.startswith(("gpu.", *_ENGINE))),
        engine_facts=tuple(fact for fact in facts if fact.path in _ENGINE),
        environment=tuple(fact for fact in facts if fact.path.startswith("gpu.")),
        signals=signals,
    )
