"""Latencies of single requests, as far as the raw times of a run tell them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doctor.reporting.export.spread import spread
from doctor.schema.run import Run
from doctor.schema.setup import Workload


def latencies_of(workload: Workload, runs: Sequence[Run]) -> dict[str, Any]:
    """TPOT always; TTFT and the whole latency only where every request was handed over at the start.

    Runs note when a request's first and last token came, counted from the start of the timed
    region; with a limit on concurrency or a request rate, when it was handed over is not known.
    """
    found: dict[str, Any] = {}
    whole = [(run, run.first_token_s, run.finished_s) for run in runs if _has_times(run)]
    in_flight = workload.max_concurrency or workload.num_prompts
    at_once = workload.request_rate_per_s is None and in_flight >= workload.num_prompts
    if at_once and whole:
        found["time_to_first_token"] = spread([t for _, first, _ in whole for t in first], "s")
        found["request_latency"] = spread([t for _, _, last in whole for t in last], "s")
    per_token = [
        (end - begin) / (tokens - 1)
        for run, first, last in whole
        for begin, end, tokens in zip(first, last, run.output_tokens, strict=True)
        if tokens > 1
    ]
    if per_token:
        found["time_per_output_token"] = spread(per_token, "s/token")
    return found


def _has_times(run: Run) -> bool:
    return 0 < len(run.first_token_s) == len(run.finished_s) == len(run.output_tokens)
