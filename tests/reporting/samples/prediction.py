"""A prediction as the performance model gives it, with a curve, and a device that is refused."""

from __future__ import annotations

from functools import cache
from typing import Literal

from doctor.performance.case import prepare
from doctor.performance.curve import concurrency_curve, knee
from doctor.performance.predict import outcome_of, prediction_of
from doctor.schema.prediction import Forecast, Refused, Standing
from doctor.schema.prediction_report import PredictionReport
from doctor.schema.rates import Interval
from doctor.schema.report import Provenance
from tests.reporting.samples.published import RATES, REFERENCE, REFERENCE_SETUP

PROVENANCE = Provenance(
    qdoctor_version="0.1.0",
    created_at="2026-06-01T12:00:00+00:00",
    command=("qdoctor", "predict", "--reference", REFERENCE.id),
)


@cache
def prediction() -> PredictionReport:
    """The published setup on the published card."""
    case = prepare(REFERENCE_SETUP, "a100-sxm-80g")
    curve = concurrency_curve(case)
    told = prediction_of(outcome_of(case)).model_copy(
        update={"curve": curve, "knee_concurrency": knee(curve)}
    )
    return PredictionReport(
        provenance=PROVENANCE,
        setup=REFERENCE_SETUP,
        predictions=(told,),
        refused=(Refused(device="l4", why="the weights do not fit into its memory"),),
        confirm=("vllm serve Qwen/Qwen1.5-7B-Chat",),
        reference=REFERENCE,
        published=RATES,
    )


def forecast() -> Forecast:
    """The same beside a check on that card: one arm within its interval, the observed figure below."""
    told = prediction().predictions[0]
    predicted = told.output_tokens_per_s

    def standing(title: str, seen: float, source: Literal["measured here", "observed"]) -> Standing:
        return Standing(
            title=title,
            source=source,
            counts="output",
            predicted=predicted,
            seen=Interval(estimate=seen),
            ratio=Interval(estimate=seen / predicted.estimate),
            stands="below" if predicted.low and seen < predicted.low else "within",
        )

    return Forecast(
        there=told,
        user=told.model_copy(update={"curve": ()}),
        standings=(
            standing("Reference arm", 1138.2, "measured here"),
            standing("Your figure", 1000.0, "observed"),
        ),
        refused=("Something: it is not covered",),
    )
