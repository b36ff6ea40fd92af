"""What the card at hand should give, beside what was seen, in one sentence of the verdict."""

from __future__ import annotations

from doctor.schema.accounting import Accounting
from doctor.schema.prediction import Forecast, Prediction
from doctor.verdict.words import figure, percent


def expectation(forecast: Forecast, accounting: Accounting) -> str | None:
    """The sentence; None where nothing could be predicted. All in total tok/s, as it is published."""
    p = forecast.expected
    if p is None:
        return None
    total = p.total_tokens_per_s
    reach = f" ({figure(total.low)} to {figure(total.high)})" if total.low and total.high else ""
    words = (
        f"On {p.device_name} the published setup should give {figure(total.estimate)}{reach} total tok/s"
        " (predicted)"
    )
    seen = _measured_here(forecast, p) or _observed(accounting)
    return f"{words}; {seen}." if seen else f"{words}."


def _measured_here(forecast: Forecast, expected: Prediction) -> str | None:
    """The reference arm, where it ran on this card. Its own prediction decides how it stands."""
    one = next((s for s in forecast.standings if s.source == "measured here"), None)
    if one is None:
        return None
    share = expected.rates.total_tokens_per_s / expected.rates.output_tokens_per_s
    total = one.seen.estimate * (share if one.counts == "output" else 1.0)
    how = {
        "below": "below what its kind gives",
        "within": "as its kind does",
        "above": "above what its kind gives",
    }
    return (
        f"this card gave {figure(total)}, {percent(one.ratio.estimate)} of the prediction for that very run,"
        f" {how[one.stands]}"
    )


def _observed(accounting: Accounting) -> str | None:
    reading = accounting.chosen_reading
    return f"yours is {figure(reading.observed.total_tokens_per_s)} in the same count" if reading else None
