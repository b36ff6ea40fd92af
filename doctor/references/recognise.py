"""A published figure that somebody writes about, recognised by its number."""

from __future__ import annotations

from collections.abc import Iterable

from doctor.references.catalogue import list_references
from doctor.schema.reference import ReferenceRun

PRECISE = 5e-4
"""Figures are quoted rounded: 2299 for 2298.89."""

_TELLING = 4
"""Digits from which a number is hardly a coincidence; "2000" is none of these."""


def recognise(rates_per_s: Iterable[float], model: str | None = None) -> ReferenceRun | None:
    """The reference run whose figure is among the rates, or None where none or several are.

    ``model``: the model's name, where it is known; a figure of another model's is no match.
    """
    rates = [rate for rate in rates_per_s if _telling(rate)]
    found = [
        reference
        for reference in list_references()
        if any(abs(rate / figure - 1) < PRECISE for rate in rates for figure in figures_of(reference))
        and _may_be(model, reference.model.name)
    ]
    return found[0] if len(found) == 1 else None


def figures_of(reference: ReferenceRun) -> tuple[float, ...]:
    """The published rates of a reference run, in tokens/s or requests/s as printed."""
    return tuple(figure.value for figure in reference.figures if figure.unit != "s")


def _telling(rate: float) -> bool:
    digits = f"{rate:.10g}".replace(".", "").strip("0")
    return len(digits) >= _TELLING


def _may_be(name: str | None, published: str) -> bool:
    if not name:
        return True
    mine, theirs = (_stem(text) for text in (name, published))
    return mine in theirs or theirs in mine


def _stem(name: str) -> str:
    stem = name.rstrip("/").rsplit("/", 1)[-1].lower()
    return "".join(char for char in stem if char.isalnum()).removesuffix("chat").removesuffix("instruct")
