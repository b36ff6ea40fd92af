"""The published setup carried to another card; rates held against their prediction."""

from __future__ import annotations

import pytest

from doctor.performance.forecast import card_here, card_named, forecast, standing
from doctor.performance.predict import predict
from doctor.schema.environment import Environment, Gpu
from doctor.schema.rates import Interval
from doctor.schema.setup import Hardware, Setup
from tests.performance import models
from tests.performance.setups import setup


def on(accelerator: str | None, memory_gb: float | None = None) -> Setup:
    hardware = Hardware(accelerator=accelerator, memory_gb=memory_gb)
    return setup(models.QWEN3_8B, 200, 50, 40).model_copy(update={"hardware": hardware})


PUBLISHED = on("A100", 80)


def machine(*gpus: Gpu) -> Environment:
    return Environment(
        python_version="3.12",
        operating_system="",
        cpus_usable=8,
        memory_total_bytes=1,
        memory_available_bytes=1,
        gpus=gpus,
    )


def test_the_card_of_a_machine_is_known_by_the_drivers_name() -> None:
    assert card_here(machine(Gpu(index=0, name="NVIDIA H100 80GB HBM3"))) == "h100-sxm"
    assert card_here(machine()) is None
    assert card_here(machine(Gpu(index=0, name="NVIDIA H200", mig_enabled=True))) is None
    assert card_named("some card of tomorrow") is None


def test_the_published_setup_is_carried_to_the_card_here() -> None:
    told = forecast(PUBLISHED, None, "h200")
    assert told.there is not None
    assert told.here is not None
    assert told.hardware is not None
    assert (told.there.device, told.here.device) == ("a100-sxm-80g", "h200")
    assert told.expected == told.here
    ratio = told.here.rates.requests_per_s / told.there.rates.requests_per_s
    assert told.hardware.estimate == pytest.approx(ratio)
    assert told.hardware.low is not None
    assert told.hardware.high is not None
    assert 1 < told.hardware.low < ratio < told.hardware.high


def test_on_the_published_card_the_hardware_is_no_cause() -> None:
    told = forecast(PUBLISHED, PUBLISHED, "a100-sxm-80g")
    assert told.here is None
    assert told.hardware is None
    assert told.expected == told.there
    assert told.there is not None
    assert told.user == told.there.model_copy(update={"curve": (), "knee_concurrency": None})


def test_without_a_card_here_all_is_predicted_on_the_published_one() -> None:
    told = forecast(PUBLISHED, PUBLISHED, None)
    assert told.user is not None
    assert told.user.device == "a100-sxm-80g"


def test_what_cannot_be_predicted_is_told() -> None:
    assert "Abacus" in forecast(on("Abacus 9000"), None, None).refused[0]
    nameless = PUBLISHED.model_copy(
        update={"model": PUBLISHED.model.model_copy(update={"architecture": None})}
    )
    told = forecast(nameless, None, "h200")
    assert told.expected is None
    assert "architecture" in told.refused[0]


@pytest.mark.parametrize(
    ("share", "spread", "stands"),
    [(0.5, None, "below"), (1.0, None, "within"), (2.0, None, "above"), (0.5, 1.2, "within")],
)
def test_a_rate_stands_below_within_or_above_its_prediction(
    share: float, spread: float | None, stands: str
) -> None:
    expected = predict(PUBLISHED, "h200").rates.output_tokens_per_s
    seen = share * expected
    measured = Interval(
        estimate=seen,
        low=seen * (1 - spread) if spread else None,
        high=seen * (1 + spread) if spread else None,
    )
    found = standing("Reference setup", PUBLISHED, "h200", measured, "output", source="measured here")
    assert found.stands == stands
    assert found.ratio.estimate == pytest.approx(share)
    assert found.ratio.low is not None
    assert found.ratio.high is not None
    assert found.ratio.low < share < found.ratio.high
