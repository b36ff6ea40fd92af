"""A schedule in seconds: components per stretch, and when each request's tokens came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doctor.performance.replay import StepClock
from doctor.performance.roofline import Floats
from doctor.performance.schedule import Schedule
from doctor.performance.step_time import COMPONENTS, Batches, StepTimes
from doctor.schema.prediction import Component

_CLOCK_SPAN = 64


@dataclass(frozen=True)
class TimedRun:
    """One replayed run with its times."""

    schedule: Schedule
    count: Floats
    batches: Batches
    """By stretch, at the mean context of its steps."""
    seconds: dict[str, Floats]
    """By component: seconds per step of each stretch, in the mean over its steps."""
    idle_s: float
    """Time without anything to run, waiting for arrivals."""

    @property
    def step_s(self) -> Floats:
        """Mean seconds per step, by stretch."""
        return np.asarray(np.sum([self.seconds[name] for name in COMPONENTS], axis=0))

    @property
    def duration_s(self) -> float:
        """From the first request handed over to the last token."""
        return float(self.step_s @ self.count) + self.idle_s

    @property
    def steps(self) -> int:
        """Engine steps of the run."""
        return int(self.count.sum())

    @property
    def mean_step_s(self) -> float:
        """Mean seconds of a step; time without work is in none."""
        return (self.duration_s - self.idle_s) / max(1, self.steps)

    def component_s(self, name: str) -> float:
        """Seconds of the run that go to a component."""
        return float(self.seconds[name] @ self.count)


def split_of(run: TimedRun) -> tuple[Component, ...]:
    """Where the run's wall time went."""
    parts = [(name, run.component_s(name)) for name in COMPONENTS]
    if run.idle_s:
        parts.append(("waiting for arrivals", run.idle_s))
    return tuple(Component(name=n, seconds=s, fraction=s / run.duration_s) for n, s in parts if s > 0)


def batches_of(schedule: Schedule, steps: StepTimes) -> tuple[Batches, Floats]:
    """The stretches as arrays, at their first step; and how many steps each has."""
    s = schedule.steps
    count = np.asarray(s.count, dtype=np.float64)
    prefill, chunks, attention = (np.zeros(len(count)) for _ in range(3))
    if s.chunk_step:
        index = np.asarray(s.chunk_step)
        new = np.asarray(s.chunk_new, dtype=np.float64)
        cached = np.asarray(s.chunk_cached, dtype=np.float64)
        np.add.at(prefill, index, new)
        np.add.at(chunks, index, 1.0)
        np.add.at(attention, index, steps.prefill_attention(new, cached))
    batches = Batches(
        decodes=np.asarray(s.decodes, dtype=np.float64),
        context=np.asarray(s.context, dtype=np.float64),
        prefill=prefill,
        chunks=chunks,
        prefill_attention_s=attention,
        longest=np.asarray(s.longest, dtype=np.float64),
    )
    return batches, count


def time_run(schedule: Schedule, steps: StepTimes) -> TimedRun:
    """Put times on a schedule. Attention grows with the context: the mean of a stretch's ends."""
    first, count = batches_of(schedule, steps)
    more = (count - 1) / 2
    assert first.longest is not None
    batches = replace(first, context=first.context + first.decodes * more, longest=first.longest + more)
    seconds = steps.components(batches)
    idle = 0.0
    if schedule.start_s is not None:
        busy = np.sum([seconds[name] for name in COMPONENTS], axis=0) * count
        idle = max(0.0, float(np.sum(np.diff(schedule.start_s)) - np.sum(busy[:-1])))
    return TimedRun(schedule, count, batches, seconds, idle)


def step_clock(steps: StepTimes) -> StepClock:
    """The clock that a replay with arrival times asks."""

    def clock(
        decodes: int, context: int, longest: int, chunks: Sequence[tuple[int, int]]
    ) -> tuple[float, float]:
        new = np.asarray([n for n, _ in chunks], dtype=np.float64)
        cached = np.asarray([c for _, c in chunks], dtype=np.float64)
        attention = float(np.sum(steps.prefill_attention(new, cached))) if chunks else 0.0
        ends = np.asarray([context, context + _CLOCK_SPAN * decodes], dtype=np.float64)
        same = np.ones(2)
        total = sum(
            steps.components(
                Batches(
                    decodes * same,
                    ends,
                    new.sum() * same,
                    len(chunks) * same,
                    attention * same,
                    np.asarray([longest, longest + _CLOCK_SPAN], dtype=np.float64),
                )
            ).values(),
            np.zeros(2),
        )
        return float(total[0]), float(total[1] - total[0]) / _CLOCK_SPAN

    return clock


def request_times(run: TimedRun) -> tuple[Floats, Floats]:
    """By request: seconds to its first token since it was handed over, and per token after it."""
    schedule = run.schedule
    if schedule.start_s is not None:
        starts = schedule.start_s
        ends = np.append(starts[1:], starts[-1] + run.step_s[-1] * run.count[-1])
        lengths = np.minimum(run.step_s * run.count, ends - starts)
    else:
        lengths = run.step_s * run.count
        starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    first_step = np.concatenate([[0.0], np.cumsum(run.count)[:-1]])

    def end_of(step: Floats) -> Floats:
        stretch = np.searchsorted(first_step, step, side="right") - 1
        done = (step - first_step[stretch] + 1) / run.count[stretch]
        return np.asarray(starts[stretch] + done * lengths[stretch])

    first = end_of(schedule.first_token_step.astype(np.float64))
    last = end_of(schedule.finish_step.astype(np.float64))
    offered = schedule.offered_step.astype(np.float64)
    handed = np.where(offered > 0, end_of(np.maximum(offered - 1, 0.0)), 0.0)
    tokens = np.maximum(np.asarray(schedule.output_tokens, dtype=np.float64) - 1, 1)
    return first - handed, (last - first) / tokens
