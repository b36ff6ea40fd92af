"""What stands on a check's curves over concurrency; published hardware and replica never share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from doctor.reporting.views.curve import CurveChart, Level, Mark, curve_chart, reached_at
from doctor.schema.accounting import Accounting
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm
from doctor.schema.prediction import CurvePoint, Prediction
from doctor.schema.rates import Interval
from doctor.schema.report import Report
from doctor.schema.setup import Setup, Workload


@dataclass(frozen=True)
class Scene:
    """One chart: a curve with what may stand beside it."""

    chart: CurveChart | None
    prediction: Prediction | None = None
    stands_at: int | None = None
    """Requests in flight with which the model reaches the observed rate, where yours are not known."""


@dataclass(frozen=True)
class Concurrency:
    """The charts of a check. Figures of different hardware never share an axis."""

    published: Scene
    """The published setup on the published card."""
    here: Scene
    """The published setup on this machine's card, where that is another one."""
    replica: CurveChart | None
    """Measured on the replica."""


def concurrency_of(report: Report) -> Concurrency:
    """The charts that the report has the figures for."""
    there = report.forecast.there if report.forecast else None
    here = report.forecast.here if report.forecast else None
    replica = report.plan is not None and report.plan.replica is not None
    measured = _measured(report)
    levels = levels_of(report.accounting)
    published = [level for level in levels if level.kind == "published"]
    if here is not None:
        observed = [level for level in levels if level.kind == "observed"]
        return Concurrency(
            published=_scene(report, there, (), published),
            here=_scene(report, here, () if replica else measured, observed),
            replica=None,
        )
    return Concurrency(
        published=_scene(report, there, () if replica else measured, levels),
        here=Scene(None),
        replica=curve_chart((), measured, (), None) if replica and _several(measured) else None,
    )


def _scene(
    report: Report, prediction: Prediction | None, measured: Sequence[Mark], levels: Sequence[Level]
) -> Scene:
    points = prediction.curve if prediction else ()
    marks = [*predicted_marks(report.reference_setup, prediction), *measured]
    stands_at = None
    if any(level.kind == "observed" for level in levels):
        yours = _yours(report) or _crossing(report, points)
        # The observed figure is where the user stands; what was measured of the setup stands beside it.
        marks = [*(replace(mark, is_yours=False) for mark in marks), *yours] if yours else marks
        stands_at = yours[0].concurrency if yours and yours[0].basis == "computed" else None
    knee = prediction.knee_concurrency if prediction else None
    return Scene(curve_chart(points, marks, levels, knee), prediction, stands_at)


def predicted_marks(setup: Setup, prediction: Prediction | None) -> list[Mark]:
    """The prediction for the workload itself, beside the curve that varies its concurrency."""
    if prediction is None:
        return []
    return [
        Mark(
            title="Predicted for this setup",
            basis="predicted",
            concurrency=in_flight(setup.workload),
            output=prediction.output_tokens_per_s,
        )
    ]


def levels_of(accounting: Accounting) -> list[Level]:
    """The published figure and the chosen reading of the observed one, in output tok/s."""
    levels = [Level("published", accounting.reference.output_tokens_per_s)]
    levels += [
        Level("observed", reading.observed.output_tokens_per_s)
        for reading in accounting.readings
        if reading.counts == accounting.chosen
    ]
    return levels


def in_flight(workload: Workload) -> int | None:
    """How many requests the client keeps in flight; None where it hands all over at once."""
    limit = workload.max_concurrency
    return None if limit is None or limit >= workload.num_prompts else limit


def _measured(report: Report) -> list[Mark]:
    """The reference arm, yours, and every arm that changes nothing but the concurrency."""
    arms = {arm.id: arm for arm in report.plan.arms} if report.plan else {}
    reference = next((arm for arm in arms.values() if arm.role == "reference"), None)
    return [
        _mark(arm, measurement)
        for measurement in report.measurements
        if (arm := arms.get(measurement.arm)) and measurement.output_tokens_per_s
        if arm.role in ("reference", "user") or (reference and _differs_in_load_alone(arm, reference))
    ]


def _mark(arm: Arm, measurement: ArmMeasurement) -> Mark:
    assert measurement.output_tokens_per_s is not None
    return Mark(
        title=arm.title,
        basis=measurement.basis,
        concurrency=in_flight(arm.setup.workload),
        output=measurement.output_tokens_per_s,
        is_yours=arm.role == "user",
    )


def _differs_in_load_alone(arm: Arm, reference: Arm) -> bool:
    return arm.setup != reference.setup and _without_load(arm.setup) == _without_load(reference.setup)


def _without_load(setup: Setup) -> Setup:
    workload = setup.workload.model_copy(update={"max_concurrency": None, "num_prompts": 1})
    return setup.model_copy(update={"workload": workload, "origins": {}})


def _yours(report: Report) -> list[Mark]:
    """The observed figure at the concurrency of your setup, where both are known."""
    if report.user_setup is None:
        return []
    return [
        Mark(
            title="Observed",
            basis=None,
            concurrency=in_flight(report.user_setup.workload),
            output=Interval(estimate=level.output),
            is_yours=True,
        )
        for level in levels_of(report.accounting)
        if level.kind == "observed"
    ]


def _crossing(report: Report, points: Sequence[CurvePoint]) -> list[Mark]:
    """Where the predicted curve reaches the observed rate: that many requests in flight would explain it."""
    if report.accounting.lengths_differ:
        return []
    observed = [level.output for level in levels_of(report.accounting) if level.kind == "observed"]
    return [
        Mark("The model reaches the observed rate", "computed", at, Interval(estimate=output), is_yours=True)
        for output in observed
        if (at := reached_at(points, output)) is not None
    ]


def _several(marks: list[Mark]) -> bool:
    """Two points are told better by their two rows among the arms."""
    return len({mark.concurrency for mark in marks}) > 2
