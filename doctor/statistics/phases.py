"""How one run spent its time: ramp up, plateau, tail."""

from __future__ import annotations

import numpy as np

from doctor.schema.measurement import Phases
from doctor.schema.run import Run
from doctor.statistics.design import Floats
from doctor.statistics.steady import steadiness

FULL = 0.9
"""The plateau lasts from the first to the last moment with this share of the peak in flight."""


def phases_of(run: Run) -> Phases | None:
    """Phases of a valid run in seconds, with the output rate of its plateau.

    In flight counts requests that have had their first token and are not finished; where
    those times are missing, the scheduler's samples of running requests are taken. None
    where neither is there, or where the run is not valid.
    """
    if run.status != "ok" or run.wall_s is None or run.wall_s <= 0:
        return None
    bounds = _bounds_from_requests(run) or _bounds_from_samples(run)
    if bounds is None:
        return None
    wall = run.wall_s
    start, end = max(0.0, bounds[0]), min(wall, bounds[1])
    if end < start:
        return None
    plateau = end - start
    state, why = steadiness(_series(run), start, end)
    tokens = tokens_between(run, start, end)
    return Phases(
        ramp_s=start,
        plateau_s=plateau,
        tail_s=wall - end,
        plateau_output_tokens_per_s=tokens / plateau if tokens is not None and plateau > 0 else None,
        ramp_and_tail_fraction=min(1.0, max(0.0, 1.0 - plateau / wall)),
        steadiness=state,
        steadiness_why=why,
    )


def _bounds_from_requests(run: Run) -> tuple[float, float] | None:
    first, last = np.asarray(run.first_token_s), np.asarray(run.finished_s)
    if not len(first) or len(first) != len(last):
        return None
    times = np.concatenate([first, last])
    steps = np.concatenate([np.ones(len(first)), -np.ones(len(last))])
    order = np.lexsort((steps, times))  # at the same moment, finish before start
    times, active = times[order], np.cumsum(steps[order])
    full = np.flatnonzero(active >= FULL * active.max())
    return float(times[full[0]]), float(times[min(full[-1] + 1, len(times) - 1)])


def _bounds_from_samples(run: Run) -> tuple[float, float] | None:
    seen = [(s.t_s, s.running) for s in run.engine_samples if s.running is not None]
    if len(seen) < 3 or max(running for _, running in seen) == 0:
        return None
    peak = max(running for _, running in seen)
    full = [t for t, running in seen if running >= FULL * peak]
    return full[0], full[-1]


def _series(run: Run) -> tuple[Floats, Floats]:
    """Times in s and output tokens so far, from the engine's samples, where these count up."""
    times = np.array([sample.t_s for sample in run.engine_samples], dtype=np.float64)
    tokens = np.array([sample.output_tokens for sample in run.engine_samples], dtype=np.float64)
    if len(times) < 2 or tokens[-1] <= 0:
        return np.empty(0), np.empty(0)
    forward = np.concatenate([[True], np.diff(times) > 0])
    return times[forward], np.maximum.accumulate(tokens[forward])


def tokens_between(run: Run, start: float, end: float) -> float | None:
    """Output tokens made between two moments in s.

    Read from the engine's samples where they are dense enough; else every request is taken
    to make its tokens evenly from its first token to its last. None where neither is known.
    """
    times, tokens = _series(run)
    if len(times) >= 10 and times[0] <= start + (end - start) / 10 and times[-1] >= end - (end - start) / 10:
        low, high = np.interp([start, end], times, tokens)
        return float(high - low)
    first, last = np.asarray(run.first_token_s), np.asarray(run.finished_s)
    output = np.asarray(run.output_tokens, dtype=np.float64)
    if not len(first) or not len(first) == len(last) == len(output):
        return None
    length = np.maximum(last - first, 1e-9)
    shares = [np.clip((moment - first) / length, 0.0, 1.0) for moment in (start, end)]
    return float(np.sum((shares[1] - shares[0]) * output))
