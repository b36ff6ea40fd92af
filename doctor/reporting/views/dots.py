"""Every arm against the reference arm: points with intervals on a logarithmic axis of ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    families = {finding.cause: finding.family for finding in report.findings}
    grouped: dict[str, list[Dot]] = {}
    for measurement in shown:
        arm = arms.get(measurement.arm)
        grouped.setdefault(_family(arm, families), []).append(_dot(measurement, arm))
    return placed([DotGroup(family, tuple(dots)) for family, dots in _ordered(grouped)])


def placed(groups: Sequence[DotGroup]) -> DotPlot:
    """The groups on one axis that holds all their ratios."""
    scale, ticks = ratio_scale([x for group in groups for dot in group.dots for x in _values(dot.ratio)])
    return DotPlot(
        groups=tuple(
            DotGroup(group.family, tuple(_at(dot, scale) for dot in group.dots)) for group in groups
        ),
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


def _dot(measurement: ArmMeasurement, arm: Arm | None) -> Dot:
    return Dot(
        arm=measurement.arm,
        title=arm.title if arm else measurement.arm,
        basis=measurement.basis,
        ratio=measurement.ratio_to_reference,
        output=measurement.output_tokens_per_s,
        reason=measurement.reason,
        stability=measurement.stability,
    )


def _at(dot: Dot, scale: Scale) -> Dot:
    ratio = dot.ratio
    if ratio is None:
        return dot
    return replace(
        dot,
        at=scale.at(ratio.estimate) if ratio.estimate > 0 else None,
        low=scale.at(max(ratio.low, scale.low)) if ratio.low is not None else None,
        high=scale.at(ratio.high) if ratio.high is not None else None,
    )
