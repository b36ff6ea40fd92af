"""What was shown about a ratio, and how it stands to a limit."""

from __future__ import annotations

from doctor.schema.comparison import GateOutcome, RateComparison, Shown, Side
from doctor.schema.rates import Interval


def shown(ratio: Interval | None) -> Shown | None:
    """Faster, slower, or not shown; None where there is no ratio at all."""
    if ratio is None:
        return None
    if ratio.low is None or ratio.high is None:
        return "inconclusive"
    if ratio.high < 1.0:
        return "slower"
    return "faster" if ratio.low > 1.0 else "no difference shown"


def gate_outcome(ratio: Interval | None, fraction: float) -> GateOutcome:
    """``failed`` only where the whole interval lies below 1 - ``fraction``: noise alone never fails.

    ``passed`` where none of it does; ``undecided`` between the two, and where there is no interval.
    """
    if ratio is None or ratio.low is None or ratio.high is None:
        return "undecided"
    limit = 1.0 - fraction
    if ratio.high < limit:
        return "failed"
    return "passed" if ratio.low >= limit else "undecided"


def sentence(sides: tuple[Side, ...], main: RateComparison) -> str:
    """One clause per side after the first, with its numbers."""
    first = sides[0]
    clauses = [
        _clause(side, first, ratio, what)
        for side, ratio, what in zip(sides[1:], main.ratios, main.shown, strict=True)
    ]
    return "; ".join(clauses) + "."


def _clause(side: Side, first: Side, ratio: Interval | None, what: Shown | None) -> str:
    if ratio is None or what is None:
        return f"{side.label} cannot be held against {first.label}: one of them has no valid run"
    span = f" ({ratio.low:.3f} to {ratio.high:.3f})" if ratio.low is not None and ratio.high else ""
    figure = f"{ratio.estimate:.3f}{span} of {first.label}'s output rate"
    if what in ("faster", "slower"):
        return f"{side.label} is {what}: {figure}"
    if what == "inconclusive":
        return (
            f"whether {side.label} differs from {first.label} cannot be said: {figure}, without an interval"
        )
    return f"no difference is shown between {first.label} and {side.label}: {figure}"
