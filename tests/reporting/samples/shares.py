"""Ledger lines for two factors from their four cells, so that the samples' numbers add up."""

from __future__ import annotations

import math

from doctor.schema.ledger import Fix, LedgerLine, PairTerm
from doctor.schema.plan import Basis
from doctor.schema.rates import Interval


def around(value: float, half_width: float, *, n: int = 3) -> Interval:
    """A symmetric interval."""
    return Interval(
        estimate=value, low=value - half_width, high=value + half_width, n=n, method="Welch t on log ratios"
    )


def two_factor_lines(
    cells: tuple[float, float, float, float], names: dict[str, str], basis: Basis, spread: float
) -> tuple[LedgerLine, LedgerLine]:
    """Shapley shares on log throughput, as tokens/s by the log-mean; cells: none, first, second, both."""
    none, first, second, both = (math.log(v) for v in cells)
    shares = ((none - first + second - both) / 2, (none - second + first - both) / 2)
    scale = (cells[0] - cells[3]) / (none - both)
    lines = tuple(
        LedgerLine(
            id=name,
            kind="factor",
            title=title,
            tokens_per_s=around(share * scale, spread),
            factor=around(math.exp(-share), 0.02),
            basis=basis,
        )
        for (name, title), share in zip(names.items(), shares, strict=True)
    )
    return lines[0], lines[1]


def two_factor_pair(cells: tuple[float, float, float, float], names: dict[str, str]) -> PairTerm:
    """How the two act together."""
    none, first, second, both = cells
    log_interaction = math.log(both) - math.log(first) - math.log(second) + math.log(none)
    left, right = names.values()
    return PairTerm(
        first=left,
        second=right,
        log_interaction=around(log_interaction, 0.04),
        fix_first_tokens_per_s=second - both,
        fix_second_tokens_per_s=first - both,
        fix_both_tokens_per_s=none - both,
        words="The two act almost independently."
        if abs(log_interaction) < 0.05
        else f"{left} hides {right}: fixing the second alone brings little until the first is fixed.",
    )


def fixes(
    cells: tuple[float, float, float, float], names: dict[str, str], spread: float
) -> tuple[tuple[Fix, ...], Fix]:
    """Fix-one for each factor, and fix-all."""
    none, first, second, both = cells
    ids = tuple(names)
    one = (
        Fix(
            factors=(ids[0],),
            gain_tokens_per_s=around(second - both, spread),
            gain_fraction=second / both - 1,
        ),
        Fix(
            factors=(ids[1],), gain_tokens_per_s=around(first - both, spread), gain_fraction=first / both - 1
        ),
    )
    everything = Fix(
        factors=ids, gain_tokens_per_s=around(none - both, spread), gain_fraction=none / both - 1
    )
    return one, everything
