"""One run over time as small multiples. Paths carry the data's own units, so scripts can read them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doctor.reporting.views.scale import round_up
from doctor.schema.report import Report
from doctor.schema.run import EngineSample, HostSample, Run

MOST_POINTS = 72
MOST_RUNS = 24
"""Runs that are drawn; one per arm, so that a page stays within its size."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One quantity over time: its name and its path in seconds and its own unit."""

    name: str
    path: str
    last: float
    highest: float


@dataclass(frozen=True)
class Panel:
    """One small chart: lines that share an axis from 0 to ``top``."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    top: float


@dataclass(frozen=True)
class RunSeries:
    """The charts of one run."""

    run: Run
    title: str
    role: str
    wall_s: float
    panels: tuple[Panel, ...]


def series_of(report: Report) -> tuple[RunSeries, ...]:
    """One valid run per arm, the reference's and the user's first."""
    arms = {arm.id: arm for arm in report.plan.arms} if report.plan else {}
    first: dict[str, Run] = {}
    for run in report.runs:
        if run.status == "ok" and run.wall_s and (run.engine_samples or run.host_samples):
            first.setdefault(run.arm, run)
    order = {"reference": 0, "user": 1, "cell": 2}
    drawn = [
        RunSeries(
            run=run,
            title=arms[name].title if name in arms else name,
            role=arms[name].role if name in arms else "ablation",
            wall_s=run.wall_s or 0.0,
            panels=_panels(run),
        )
        for name, run in first.items()
    ]
    return tuple(sorted(drawn, key=lambda s: order.get(s.role, 3))[:MOST_RUNS])


def _panels(run: Run) -> tuple[Panel, ...]:
    engine, host = run.engine_samples, run.host_samples
    candidates = (
        (
            "Requests",
            "requests",
            (("running", _of(engine, "running")), ("waiting", _of(engine, "waiting"))),
            None,
        ),
        ("KV cache in use", "%", (("KV cache", _of(engine, "kv_cache_usage", 100.0)),), 100.0),
        ("Output rate", "output tok/s", (("output rate", _output_rate(engine)),), None),
        (
            "CPU",
            "% of one core",
            (("engine", _of(host, "cpu_engine_percent")),),
            None,
        ),
        ("GPU SM clock", "MHz", (("SM clock", _of(host, "gpu_sm_clock_mhz")),), None),
        ("GPU power", "W", (("power", _of(host, "gpu_power_w")),), None),
        ("GPU busy", "%", (("busy", _of(host, "gpu_utilization_percent")),), 100.0),
        ("GPU temperature", "°C", (("temperature", _of(host, "gpu_temperature_c")),), None),
    )
    return tuple(
        panel
        for title, unit, lines, top in candidates
        if (panel := _panel(title, unit, lines, top)) is not None
    )


def _panel(
    title: str, unit: str, lines: Sequence[tuple[str, list[Point]]], top: float | None
) -> Panel | None:
    drawn = [(name, _thinned(points)) for name, points in lines if len(points) > 1]
    if not drawn:
        return None
    highest = max(value for _, points in drawn for _, value in points)
    return Panel(
        title=title,
        unit=unit,
        lines=tuple(
            Line(name=name, path=_path(points), last=points[-1][1], highest=max(v for _, v in points))
            for name, points in drawn
        ),
        top=top or round_up(highest),
    )


def _of(samples: Sequence[EngineSample | HostSample], field: str, times: float = 1.0) -> list[Point]:
    return [(s.t_s, float(value) * times) for s in samples if (value := getattr(s, field, None)) is not None]


def _output_rate(samples: Sequence[EngineSample]) -> list[Point]:
    """Tokens between samples over the time between them; samples closer than 1/72 of the run are merged."""
    if len(samples) < 2:
        return []
    least = (samples[-1].t_s - samples[0].t_s) / MOST_POINTS
    points: list[Point] = []
    before = samples[0]
    for sample in samples[1:]:
        passed = sample.t_s - before.t_s
        if passed > 0 and passed >= least * 0.999:
            points.append((sample.t_s, max(0.0, (sample.output_tokens - before.output_tokens) / passed)))
            before = sample
    return points


def _thinned(points: list[Point]) -> list[Point]:
    every = -(-len(points) // MOST_POINTS)
    kept = points[::every]
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _path(points: list[Point]) -> str:
    time, value = _rounder(points[-1][0]), _rounder(max(abs(v) for _, v in points))
    return "M" + "L".join(f"{time(t)} {value(v)}" for t, v in points)


def _rounder(largest: float) -> Callable[[float], str]:
    """Four significant digits of the largest value, no more: paths are most of the page's size."""
    places = 0 if largest >= 1000 else 1 if largest >= 100 else 2 if largest >= 10 else 3
    return lambda value: f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"
