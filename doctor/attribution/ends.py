"""The ends of a ledger that lie outside its cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class End:
    """A rate outside the cells: published or observed, in tokens/s as the table counts them."""

    title: str
    tokens_per_s: float
    noise_sd: float = 0.0
    """Of the figure's own logarithm, where it is one run on a machine whose noise is known."""
