"""Cell tables for the tests of the attribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from doctor.schema.ledger import Ledger
from doctor.schema.measurement import CellRate, CellTable, NoiseTerm
from doctor.schema.plan import Factor

RESOURCES = {"a": "load", "b": "kv memory", "c": "sampling", "d": "tokens", "e": "execution"}


def make_factors(names: str, resource: Mapping[str, str] | None = None) -> list[Factor]:
    known = resource or RESOURCES
    return [Factor(id=n, title=n.upper(), resource=known.get(n, n), changes=()) for n in names]


def table(rates: Mapping[str, float], noise: float | None = 0.01, dof: float = 10) -> CellTable:
    """Cells named by their factors ("" is the reference arm), each run once, of equal noise."""
    cells = tuple(
        CellRate(
            factors=frozenset(name),
            arm=name or "reference",
            log_rate=math.log(rate),
            n=1,
            stability="steady",
            output_tokens_per_request=10,
            prompt_tokens_per_request=10,
        )
        for name, rate in rates.items()
    )
    weights = tuple(map(tuple, np.eye(len(cells)).tolist()))
    terms = () if noise is None else (NoiseTerm(level="run", variance=noise**2, dof=dof, weights=weights),)
    return CellTable(basis="measured", counts="output", cells=cells, noise=terms, method="test")


def names_of(factors: str) -> list[str]:
    """All cells over single-letter factors, in the order of their bit masks."""
    return [
        "".join(n for bit, n in enumerate(factors) if mask >> bit & 1) for mask in range(1 << len(factors))
    ]


def full_table(factors: str, log_rates: Sequence[float], noise: float | None = 0.01) -> CellTable:
    names = names_of(factors)
    return table({name: math.exp(v) for name, v in zip(names, log_rates, strict=True)}, noise)


def sparse_table(factors: str, log_rates: Sequence[float], noise: float | None = 0.01) -> CellTable:
    """Both ends, single breaks and single fixes only."""
    k = len(factors)
    rates = {
        name: math.exp(v)
        for name, v in zip(names_of(factors), log_rates, strict=True)
        if len(name) in (0, 1, k - 1, k)
    }
    return table(rates, noise)


def shares(ledger: Ledger) -> dict[str, float]:
    return {line.id: line.tokens_per_s.estimate for line in ledger.lines if line.kind == "factor"}


def balance(ledger: Ledger) -> float:
    """Start minus lines minus end: zero, to rounding."""
    lines = math.fsum(line.tokens_per_s.estimate for line in ledger.lines)
    return ledger.start_tokens_per_s - lines - ledger.end_tokens_per_s
