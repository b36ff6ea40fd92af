"""What is told while runs are made."""

from __future__ import annotations

from doctor.schema.record import Record


class Progress(Record):
    """Where a check stands. Rates are of the run in progress, so far."""

    doing: str
    """In words: "starting the engine", "Reference setup, repeat 2"."""
    runs_done: int
    runs_planned: int
    requests_done: int = 0
    requests: int = 0
    output_tokens_per_s: float | None = None
    elapsed_s: float = 0.0
    left_s: float | None = None
    """Estimated time to the end of the plan, from the runs so far; None before the first."""
