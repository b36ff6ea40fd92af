"""The published setup carried to another card, and rates held against what the model expects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from doctor.errors import UsageError
from doctor.performance.cells import CellSetup, outcome, tokens_per_s
from doctor.performance.curve import concurrency_curve, knee
from doctor.performance.gpus import find_gpu, gpu_of
from doctor.performance.predict import Outcome, prediction_of
from doctor.performance.uncertainty import interval_of
from doctor.schema.environment import Environment
from doctor.schema.prediction import Forecast, Prediction, Standing
from doctor.schema.rates import Counts, Interval
from doctor.schema.setup import Setup

_Z = 1.96


def card_here(environment: Environment) -> str | None:
    """The id of the first GPU's data sheet; None without a GPU, in a MIG slice, or without a sheet."""
    if not environment.gpus or environment.gpus[0].mig_enabled:
        return None
    return card_named(environment.gpus[0].name)


def card_named(name: str) -> str | None:
    """The id of the data sheet of a GPU by the driver's or people's name; None where there is none."""
    try:
        return find_gpu(name)[0]
    except UsageError:
        return None


def forecast(
    reference: Setup,
    user: Setup | None,
    here: str | None,
    *,
    user_kv_cache_tokens: int | None = None,
    flashinfer: bool | None = None,
) -> Forecast:
    """What the published setup and the user's should give, there and here.

    ``here`` is the id of this machine's GPU; None: there is none, and all is predicted on the
    published card. ``user_kv_cache_tokens`` is what an engine with the user's setup said, ``flashinfer``
    whether the engine here samples with it.
    """
    there = gpu_of(reference.hardware)
    refused: list[str] = []

    def attempt(title: str, cell: Callable[[], CellSetup | None]) -> Outcome | None:
        try:
            wanted = cell()
            return outcome(wanted) if wanted else None
        except UsageError as error:
            refused.append(f"{title}: {error.what}")
            return None

    def on(setup: Setup | None, gpu: str | None, tokens: int | None = None) -> CellSetup | None:
        if setup is None or gpu is None:
            return None
        own = flashinfer if gpu == here else None
        return CellSetup(frozenset(), setup, gpu, tokens, flashinfer=own)

    if there is None and reference.hardware.accelerator:
        refused.append(f"The published card, {reference.hardware.accelerator}, has no data sheet here")
    other = here if here != there else None
    published = attempt("The published setup", lambda: on(reference, there))
    carried = attempt("The published setup on this card", lambda: on(reference, other))
    mine = attempt("Your setup", lambda: on(user, here or there, user_kv_cache_tokens))
    return Forecast(
        there=_with_curve(published),
        here=_with_curve(carried),
        user=_record(mine),
        hardware=_ratio(carried, published) if published and carried else None,
        refused=tuple(refused),
    )


def standing(
    title: str,
    setup: Setup,
    gpu: str,
    seen: Interval,
    counts: Counts,
    *,
    source: Literal["measured here", "observed"],
    kv_cache_tokens: int | None = None,
    flashinfer: bool | None = None,
) -> Standing:
    """A rate held against the prediction of the run that gave it. Raises UsageError."""
    found = outcome(CellSetup(frozenset(), setup, gpu, kv_cache_tokens, flashinfer=flashinfer))
    rates = prediction_of(found)
    predicted = rates.output_tokens_per_s if counts == "output" else rates.total_tokens_per_s
    assert predicted.low is not None
    assert predicted.high is not None
    if seen.estimate < predicted.low and (seen.high is None or seen.high < predicted.low):
        stands = "below"
    elif seen.estimate > predicted.high and (seen.low is None or seen.low > predicted.high):
        stands = "above"
    else:
        stands = "within"
    return Standing.model_validate(
        {
            "title": title,
            "source": source,
            "counts": counts,
            "predicted": predicted,
            "seen": seen,
            "ratio": _against(seen, predicted, found),
            "stands": stands,
        }
    )


def _record(found: Outcome | None) -> Prediction | None:
    return prediction_of(found) if found else None


def _with_curve(found: Outcome | None) -> Prediction | None:
    """The record with what other concurrencies would give."""
    if found is None:
        return None
    curve = concurrency_curve(found.case)
    return prediction_of(found).model_copy(update={"curve": curve, "knee_concurrency": knee(curve)})


def _ratio(above: Outcome, below: Outcome) -> Interval:
    """One predicted rate over another, draw by draw."""
    rates = [tokens_per_s(prediction_of(one).rates, "total") for one in (above, below)]
    ratio = rates[0] / rates[1]
    return interval_of(ratio, ratio * below.factors / above.factors, "two predictions, Monte Carlo")


def _against(seen: Interval, predicted: Interval, found: Outcome) -> Interval:
    ratio = seen.estimate / predicted.estimate
    draws = ratio * found.factors
    if seen.low is not None and seen.high is not None:
        spread = (seen.high - seen.low) / (2 * _Z * seen.estimate)
        noise = np.random.default_rng(1).normal(0.0, spread, len(draws))
        draws = draws * np.exp(noise)
    return interval_of(ratio, draws, "seen over predicted, Monte Carlo")
