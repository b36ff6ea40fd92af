"""The three rates. There is no bare "tokens/s" in this project: it is output or total."""

from __future__ import annotations

from typing import Literal

from doctor.schema.record import Record

Counts = Literal["output", "total"]
"""What a tokens/s figure counts: generated tokens only, or prompt tokens too."""


class Rates(Record):
    """One throughput, said in the three ways that people publish it."""

    requests_per_s: float
    output_tokens_per_s: float
    total_tokens_per_s: float


class Interval(Record):
    """An estimate with its interval. ``low`` and ``high`` are None where none can be computed."""

    estimate: float
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    n: int = 1
    method: str = ""
