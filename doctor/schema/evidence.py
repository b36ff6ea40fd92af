"""Facts that were read from what somebody has already run, each with where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.record import Record
from doctor.schema.setup import Scalar

Quantity = Literal["requests", "output tokens", "total tokens", "prompt tokens", "tokens"]
"""What a rate counts; ``tokens``: the source says tokens/s and not which."""

Weight = Literal["result", "configuration", "log", "statement"]
"""How a fact came to be known. ``statement``: somebody wrote it in words."""


Stance = Literal["named", "contrast", "remedy", "no effect", "absent"]
"""How a statement about a feature is meant. ``contrast``: the better run lacks it; ``remedy``: it
is said to be the reason or the cure; ``no effect``: it was changed and nothing changed;
``absent``: it is said not to be there."""


class Origin(Record):
    """Where a fact stood: a file with its line, or a path inside a JSON document."""

    file: str
    line: int | None = None
    path: str = ""
    reader: str = ""

    def __str__(self) -> str:
        place = self.path or (f"line {self.line}" if self.line is not None else "")
        return f"{self.file}, {place}" if place else self.file


class ObservedRate(Record):
    """One printed rate, as it was printed."""

    quantity: Quantity
    per_s: float
    origin: Origin
    role: Literal["observed", "expected", "baseline", "interval", "peak"] = "observed"
    """``expected``: the figure that was hoped for; ``baseline``: another run of the same
    person that differs in something; ``interval``: over part of a run, as in a log."""
    label: str = ""
    weight: Weight = "result"


class Delivered(Record):
    """What one run delivered. None: its output does not say."""

    tool: str
    origin: Origin
    requests: int | None = None
    failed: int | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    """Prompt and output tokens together, where the output does not split them."""
    wall_s: float | None = None
    max_concurrency: int | None = None
    peak_concurrency: int | None = None
    request_rate_per_s: float | None = None
    peak_output_tokens_per_s: float | None = None
    mean_ttft_ms: float | None = None
    p99_ttft_ms: float | None = None
    mean_tpot_ms: float | None = None
    mean_itl_ms: float | None = None
    p99_itl_ms: float | None = None
    output_lens_min: int | None = None
    output_lens_max: int | None = None
    notes: tuple[str, ...] = ()
    """Conversions that were made on reading, in words."""


class Fact(Record):
    """One named value. For settings the name is a dotted path of ``Setup``."""

    path: str
    value: Scalar
    origin: Origin
    weight: Weight = "configuration"
    role: Literal["user", "reference"] = "user"
    """``reference``: it belongs to the figure that was hoped for."""


class StatsPoint(Record):
    """One periodic statistics line of the engine."""

    at_s: float | None = None
    """Seconds since the first line of the series, where the log has times."""
    line: int
    prompt_tokens_per_s: float
    output_tokens_per_s: float
    running: int
    waiting: int
    swapped: int = 0
    kv_cache_usage: float
    """0 to 1."""
    preemptions: int | None = None
    prefix_hit_rate: float | None = None
    """0 to 1; a rolling window of the engine's, not this run's."""


class StatsSeries(Record):
    """The statistics lines of one engine. Long series are thinned, evenly; peaks are exact."""

    engine: str
    generation: Literal["V0", "V1"]
    file: str
    lines: int
    """How many there were; ``points`` may be fewer."""
    points: tuple[StatsPoint, ...]
    peak_running: int
    peak_waiting: int
    peak_swapped: int = 0
    peak_kv_cache_usage: float
    peak_output_tokens_per_s: float
    preemptions: int | None = None
    """Sum over the series; None where this version does not print them."""


class Signal(Record):
    """A message of known meaning that occurs in a log (or is quoted, or said in prose)."""

    id: str
    count: int
    origin: Origin
    text: str
    """The first occurrence, shortened."""
    values: Mapping[str, str] = Field(default_factory=dict)
    """What its first occurrence names: sizes, file names, backends."""
    weight: Weight = "log"
    stance: Stance = "named"
    """Of a statement in words; a program's message is always ``named``."""


class Unread(Record):
    """Something that was there and could not be read, and why."""

    origin: Origin
    why: str


class Evidence(Record):
    """All that was read, file by file joined."""

    read: tuple[str, ...] = ()
    """What was read as what: "run.log: vLLM engine log"."""
    rates: tuple[ObservedRate, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    settings: tuple[Fact, ...] = ()
    """Dotted paths of ``Setup``; what ``Setup`` has no field for stands under
    ``engine.extra.``, ``sampling.extra.``, ``client.``."""
    engine_facts: tuple[Fact, ...] = ()
    """What the engine said of itself: ``version``, ``kv_cache_tokens``, ``start_s``, …"""
    environment: tuple[Fact, ...] = ()
    """``gpu.name``, ``gpu.power_limit_w``, ``cpu.quota_cores``, …"""
    script: tuple[Fact, ...] = ()
    """What a script does: ``sequential_loop``, ``timer_encloses_model``, …"""
    stats: tuple[StatsSeries, ...] = ()
    signals: tuple[Signal, ...] = ()
    unread: tuple[Unread, ...] = ()
