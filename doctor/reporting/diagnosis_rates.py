"""Both figures of a diagnosis side by side, in all three rates, as far as they are known."""

from __future__ import annotations

from doctor.schema.diagnosis import Diagnosis
from doctor.schema.rates import Rates

_NAMES = (
    ("requests/s", "requests_per_s"),
    ("output tokens/s", "output_tokens_per_s"),
    ("total tokens/s", "total_tokens_per_s"),
)


def rate_rows(diagnosis: Diagnosis) -> list[str]:
    """A small table; none where nothing is settled."""
    accounting = diagnosis.accounting
    if accounting is None:
        return []
    chosen = accounting.chosen_reading
    mine = chosen.observed if chosen else None
    head = f"  {'':17}{'published':>12}" + (f"{'yours':>12}" if mine is not None else "")
    return [head, *(_row(name, field, accounting.reference, mine) for name, field in _NAMES)]


def _row(name: str, field: str, published: Rates, mine: Rates | None) -> str:
    theirs = float(getattr(published, field))
    text = f"  {name:17}{_number(theirs):>12}"
    if mine is None:
        return text
    own = float(getattr(mine, field))
    return f"{text}{_number(own):>12}{own / theirs:>8.0%}"


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 100 else f"{value:.1f}"
