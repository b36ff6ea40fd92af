"""Every arm against the reference arm: points with intervals on a logarithmic axis of ratios."""

from __future__ import annotations

from dataclasses import dataclass

from doctor.reporting.views.scale import Scale, ratio_scale
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Basis
from doctor.schema.rates import Interval
from doctor.schema.report import Report

OWN = "Your setup and its steps"
OTHER = "Other"


@dataclass(frozen=True)
class Dot:
    """One arm. Without a rate there is no point, and ``reason`` says why."""

    arm: str
    title: str
    basis: Basis
    ratio: Interval | None
    output: Interval | None
    reason: str
    stability: str
    at: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DotGroup:
    """The arms of one family."""

    family: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class DotPlot:
    """Groups, ticks with their places, and where 1 is."""

    groups: tuple[DotGroup, ...]
    ticks: tuple[tuple[float, float], ...]
    one: float


def dot_plot(report: Report) -> DotPlot | None:
    """The plot, or None where nothing but a reference arm was run."""
    arms = {arm.id: arm for arm in report.plan.arms} if report.plan else {}
    shown = [m for m in report.measurements if _role(arms, m.arm) != "reference"]
    if not shown:
        return None
    scale, ticks = ratio_scale([x for m in shown for x in _values(m.ratio_to_reference)])
    families = {finding.cause: finding.family for finding in report.findings}
    grouped: dict[str, list[Dot]] = {}
    for measurement in shown:
        arm = arms.get(measurement.arm)
        grouped.setdefault(_family(arm, families), []).append(_dot(measurement, arm, scale))
    return DotPlot(
        groups=tuple(DotGroup(family, tuple(dots)) for family, dots in _ordered(grouped)),
        ticks=tuple((tick, scale.at(tick)) for tick in ticks),
        one=scale.at(1.0),
    )


def _role(arms: dict[str, Arm], arm: str) -> str:
    return arms[arm].role if arm in arms else "ablation"


def _family(arm: Arm | None, families: dict[str, str]) -> str:
    if arm is not None and arm.role in ("user", "cell"):
        return OWN
    return families.get((arm.cause if arm else None) or "", OTHER)


def _ordered(grouped: dict[str, list[Dot]]) -> list[tuple[str, list[Dot]]]:
    return sorted(grouped.items(), key=lambda item: (item[0] != OWN, item[0] == OTHER))


def _values(interval: Interval | None) -> list[float]:
    if interval is None:
        return []
    return [v for v in (interval.estimate, interval.low, interval.high) if v is not None]


def _dot(measurement: ArmMeasurement, arm: Arm | None, scale: Scale) -> Dot:
    ratio = measurement.ratio_to_reference
    drawable = ratio is not None and ratio.estimate > 0
    return Dot(
        arm=measurement.arm,
        title=arm.title if arm else measurement.arm,
        basis=measurement.basis,
        ratio=ratio,
        output=measurement.output_tokens_per_s,
        reason=measurement.reason,
        stability=measurement.stability,
        at=scale.at(ratio.estimate) if ratio and drawable else None,
        low=scale.at(max(ratio.low, scale.low)) if ratio and ratio.low is not None else None,
        high=scale.at(ratio.high) if ratio and ratio.high is not None else None,
    )
