"""The engine's periodic statistics lines, of both generations, as series of bounded length."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from doctor.schema.evidence import StatsPoint, StatsSeries

KEEP = 4000
"""Points kept per engine; beyond it every second one is dropped and the spacing doubles."""

STARTS = ("Avg prompt", "Engine 0", "Engine 1", "Engine 2", "Engine 3")

_RATES = r"Avg prompt throughput: (?P<pt>[\d.]+) tokens/s, Avg generation throughput: (?P<gt>[\d.]+) tokens/s"
_LINE = re.compile(
    r"(?:Engine (?P<eng>\d{1,6}): |(?P<all>\d{1,6}) Engines Aggregated: )?"
    + _RATES
    + r", Running: (?P<run>\d+) reqs?, "
    r"(?:Swapped: (?P<sw>\d+) reqs?, Pending: (?P<pend>\d+) reqs?|Waiting: (?P<wait>\d+) reqs?)"
    r"(?:, Deferred: \d+ reqs)?(?:, KV fetch: [^%]{0,80}?)?(?:, Preemptions: (?P<pre>\d+))?, "
    r"[A-Z]+(?: \+ host)? (?:KV )?cache usage: (?P<kv>[\d.]+)%"
    r"(?:, Prefix cache hit rate: (?P<apc>[\d.]+)%)?"
)
_CLOCK = re.compile(r"(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")
_HIT_V0 = re.compile(r"Prefix cache hit rate: GPU: (?P<gpu>-?[\d.]+)%")


@dataclass
class _Growing:
    generation: str
    points: list[StatsPoint] = field(default_factory=list)
    stride: int = 1
    lines: int = 0
    running: int = 0
    waiting: int = 0
    swapped: int = 0
    usage: float = 0.0
    rate: float = 0.0
    preemptions: int | None = None
    started: datetime | None = None


class StatsCollector:
    """Takes statistics lines one by one; gives one series per engine."""

    def __init__(self) -> None:
        self._series: dict[str, _Growing] = {}

    def take(self, number: int, text: str) -> bool:
        """Whether ``text`` is a statistics line (or the hit-rate line of V0) and was taken."""
        match = _LINE.search(text)
        if match is None:
            return self._take_hit_rate(text)
        generation = "V0" if match["pend"] is not None else "V1"
        engine = match["eng"] or ("all" if match["all"] else "")
        series = self._series.setdefault(engine, _Growing(generation))
        self._grow(series, _point(number, match, _seconds(series, text)))
        return True

    def _take_hit_rate(self, text: str) -> bool:
        match = _HIT_V0.search(text)
        series = self._series.get("")
        if match is None or series is None or not series.points:
            return False
        rate = max(0.0, float(match["gpu"]) / 100)
        series.points[-1] = series.points[-1].model_copy(update={"prefix_hit_rate": rate})
        return True

    def _grow(self, series: _Growing, point: StatsPoint) -> None:
        series.lines += 1
        series.running = max(series.running, point.running)
        series.waiting = max(series.waiting, point.waiting)
        series.swapped = max(series.swapped, point.swapped)
        series.usage = max(series.usage, point.kv_cache_usage)
        series.rate = max(series.rate, point.output_tokens_per_s)
        if point.preemptions is not None:
            series.preemptions = (series.preemptions or 0) + point.preemptions
        if (series.lines - 1) % series.stride == 0:
            series.points.append(point)
        if len(series.points) > KEEP:
            series.points = series.points[::2]
            series.stride *= 2

    def series(self, file: str) -> tuple[StatsSeries, ...]:
        """One series per engine that printed statistics."""
        return tuple(
            StatsSeries(
                engine=engine,
                generation="V0" if grown.generation == "V0" else "V1",
                file=file,
                lines=grown.lines,
                points=tuple(grown.points),
                peak_running=grown.running,
                peak_waiting=grown.waiting,
                peak_swapped=grown.swapped,
                peak_kv_cache_usage=grown.usage,
                peak_output_tokens_per_s=grown.rate,
                preemptions=grown.preemptions,
            )
            for engine, grown in self._series.items()
        )


def _point(number: int, match: re.Match[str], at_s: float | None) -> StatsPoint:
    return StatsPoint(
        at_s=at_s,
        line=number,
        prompt_tokens_per_s=_float(match["pt"]),
        output_tokens_per_s=_float(match["gt"]),
        running=_count(match["run"]),
        waiting=_count(match["wait"] or match["pend"]),
        swapped=_count(match["sw"]),
        kv_cache_usage=_float(match["kv"]) / 100,
        preemptions=_count(match["pre"]) if match["pre"] is not None else None,
        prefix_hit_rate=_float(match["apc"]) / 100 if match["apc"] is not None else None,
    )


def _seconds(series: _Growing, text: str) -> float | None:
    """Seconds since the series' first line; the log has no year, so a leap year stands in."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    try:
        month, day, hour, minute, second = (int(part) for part in match.groups())
        moment = datetime(2024, month, day, hour, minute, second)
    except ValueError:
        return None
    series.started = series.started or moment
    return (moment - series.started).total_seconds()


def _float(text: str) -> float:
    """A printed decimal; a hostile one ("1.2.3", a thousand digits) counts as none."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if value < 1e12 else 0.0


def _count(text: str | None) -> int:
    return int(text) if text and len(text) < 12 else 0
