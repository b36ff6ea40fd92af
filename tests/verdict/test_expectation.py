"""The sentence on what the card should give: in total tok/s, marked as predicted, beside what was seen."""

from __future__ import annotations

import pytest

from doctor.performance.forecast import forecast, standing
from doctor.planning.accounting import settle
from doctor.references import load_reference, reference_setup
from doctor.schema.prediction import Forecast
from doctor.schema.rates import Interval
from doctor.verdict.expectation import expectation

REFERENCE = load_reference("qwen1.5-7b-chat-a100-80g")
PUBLISHED = reference_setup(REFERENCE)
UNSEEN = settle(REFERENCE, None, "unknown", None)


@pytest.fixture(scope="module")
def on_h200() -> Forecast:
    return forecast(PUBLISHED, None, "h200")


def test_nothing_is_said_where_nothing_is_predicted() -> None:
    assert expectation(Forecast(), UNSEEN) is None


def test_an_observed_figure_stands_in_the_same_count(on_h200: Forecast) -> None:
    told = expectation(on_h200, settle(REFERENCE, 500.0, "output", PUBLISHED.workload))
    assert told is not None
    assert on_h200.here is not None
    assert f"should give {on_h200.here.total_tokens_per_s.estimate:.0f} (" in told
    assert "(predicted); yours is 1000 in the same count." in told


@pytest.mark.parametrize(("share", "words"), [(1.0, "as its kind does"), (0.5, "below what its kind gives")])
def test_a_run_here_stands_to_its_own_prediction(on_h200: Forecast, share: float, words: str) -> None:
    assert on_h200.here is not None
    rate = on_h200.here.rates.output_tokens_per_s
    seen = standing(
        "Reference setup",
        PUBLISHED,
        "h200",
        Interval(estimate=share * rate),
        "output",
        source="measured here",
    )
    told = expectation(on_h200.model_copy(update={"standings": (seen,)}), UNSEEN)
    assert told is not None
    assert words in told
    assert f"this card gave {2 * share * rate:.0f}" in told
