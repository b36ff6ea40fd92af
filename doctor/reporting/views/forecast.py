"""The predictions beside a check or a diagnosis, in the order in which one reads them."""

from __future__ import annotations

from doctor.schema.prediction import Forecast, Prediction

Expectation = tuple[str, Prediction]
"""A title and what is predicted under it."""


def expectations(forecast: Forecast | None) -> tuple[Expectation, ...]:
    """The published setup on the published card and on this one, then yours; those that there are."""
    if forecast is None:
        return ()
    told = (
        ("The published setup", forecast.there),
        ("The published setup", forecast.here),
        ("Your setup", forecast.user),
    )
    return tuple((title, prediction) for title, prediction in told if prediction is not None)


def kernel_sources(told: tuple[Expectation, ...]) -> tuple[str, ...]:
    """Where the kernel times come from, device by device, each once."""
    return tuple(dict.fromkeys(f"{one.device_name}: {one.kernel_source}" for _, one in told))
