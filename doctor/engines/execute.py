"""Makes the planned runs, one engine start after the other, and loses none of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from itertools import groupby
from statistics import fmean
from typing import Any, NamedTuple, Protocol

from pydantic import ValidationError

from doctor.engines.arguments import engine_arguments, sampling_arguments, warm_up, workload_arguments
from doctor.engines.host import ArmFailedError, EngineHost
from doctor.engines.validate import undelivered
from doctor.errors import EngineError
from doctor.schema.plan import Arm, Omission, Plan, PlannedRun
from doctor.schema.progress import Progress
from doctor.schema.run import EngineFacts, HostSample, Run


class Sampler(Protocol):
    """Samples the machine while a run is made."""

    def start(self, pids: Sequence[int]) -> None:
        """Begin, watching these process trees."""

    def stop(self) -> tuple[HostSample, ...]:
        """End, and give the samples since ``start``."""


class Bench(NamedTuple):
    """What the runs are made with."""

    host: EngineHost
    model_path: Callable[[Arm], str]
    environment: dict[str, str]
    sampler: Sampler
    listener: Callable[[Progress], None]
    advice: Callable[[Arm, str], str] = lambda arm, error: ""
    """What to change where an arm failed with that error; empty: nothing is known."""


class Executor:
    """Makes planned runs, round after round. Iterate ``runs``; then read ``omissions``.

    ``done``: how many runs of the plan were made before, in an earlier sitting.
    """

    def __init__(self, plan: Plan, bench: Bench, done: int = 0) -> None:
        self._plan, self._bench = plan, bench
        self._arms = {arm.id: arm for arm in plan.arms}
        self._before = self._done = self._planned = done
        self._dead: dict[str, str] = {}
        self._begun = time.monotonic()
        self._starts_s: list[float] = []
        self._runs_s: list[float] = []
        self._warm: set[str] = set()
        self.omissions: list[Omission] = []

    @property
    def left_s(self) -> float:
        """What is left of the budget."""
        return self._plan.budget_s - (time.monotonic() - self._begun)

    def runs(self, planned: Sequence[PlannedRun]) -> Iterator[Run]:
        """The runs, each as soon as it is made. Failed ones are runs too; only a budget leaves some out."""
        self._planned = self._done + len(planned)
        for _, group in groupby(planned, key=lambda one: one.engine_start):
            planned = list(group)
            if self._over_budget(fresh_start=True):
                self._leave_out(planned)
                continue
            yield from self._one_start(planned)

    def _one_start(self, planned: list[PlannedRun]) -> Iterator[Run]:
        """The runs of one engine start. An arm that takes the engine with it costs one more start."""
        first = True
        while planned:
            facts = self._started(planned)
            if isinstance(facts, EngineError):
                yield from (self._failed(one, str(facts)) for one in planned)
                return
            lost = False
            while planned and not lost:
                if not first and self._over_budget(fresh_start=False):
                    self._leave_out(planned)
                    planned = []
                    break
                run = self._one_run(planned.pop(0), facts)
                first = False
                lost = self._bench.host.engine_pid is None
                yield run
            self._bench.host.stop_engine()

    def _started(self, planned: Sequence[PlannedRun]) -> EngineFacts | EngineError:
        """The facts of a fresh engine for these runs; the error, for good, where it will not start."""
        first = planned[0].arm
        if first in self._dead:
            return EngineError(self._dead[first], next_step="Not tried again.")
        self._tell("starting the engine", None)
        self._warm = set()
        path = self._bench.model_path(self._arms[first])
        arguments = engine_arguments(self._arms[first].setup, path, seed=self._plan.seed)
        begun = time.monotonic()
        try:
            return self._bench.host.start_engine(arguments, self._bench.environment)
        except EngineError as error:
            self._dead.update({one.arm: error.what for one in planned})
            return error
        finally:
            self._starts_s.append(time.monotonic() - begun)

    def _one_run(self, planned: PlannedRun, facts: EngineFacts) -> Run:
        arm = self._arms[planned.arm]
        job = {
            "id": f"{arm.id}#{planned.repeat}",
            "workload": workload_arguments(arm.setup.workload),
            "sampling": sampling_arguments(arm.setup.sampling),
            "seed": self._plan.seed + 7919 * planned.position,
            "warm_up": None if arm.id in self._warm else warm_up(arm.setup),
        }
        self._warm.add(arm.id)
        host = self._bench.host
        doing = f"{arm.title}, round {planned.repeat + 1}"
        self._tell(doing, None)
        started_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._bench.sampler.start([pid for pid in (host.engine_pid,) if pid])
        begun = time.monotonic()
        try:
            result = host.run(job, lambda event: self._tell(doing, event))
        except ArmFailedError as error:
            return self._failed(planned, error.what, facts)
        finally:
            self._runs_s.append(time.monotonic() - begun)
            samples = self._bench.sampler.stop()
        made = {"status": "ok", "started_at": started_at, "engine": facts, "host_samples": samples}
        try:
            run = Run.model_validate({**planned.model_dump(), **made, **result})
        except ValidationError as error:
            return self._failed(planned, f"its result is not understood: {error.errors()[0]['msg']}", facts)
        self._done += 1
        reason = undelivered(arm.setup, run)
        return run.model_copy(update={"status": "invalid", "reason": reason}) if reason else run

    def _failed(self, planned: PlannedRun, error: str, facts: EngineFacts | None = None) -> Run:
        self._done += 1
        advice = self._bench.advice(self._arms[planned.arm], error)
        reason = f"{error.rstrip('.')}. {advice}" if advice else error
        return Run.model_validate(
            {
                **planned.model_dump(),
                "status": "failed",
                "reason": reason,
                "engine": facts,
                "log_tail": self._bench.host.log_tail(),
            }
        )

    def _over_budget(self, *, fresh_start: bool) -> bool:
        """Whether another run, with an engine start where it needs one, would leave the budget.

        By what they took so far on average. The first run is always made.
        """
        if not self._runs_s:
            return False
        wanted_s = fmean(self._runs_s) + (fmean(self._starts_s) if fresh_start else 0.0)
        return time.monotonic() - self._begun + wanted_s > self._plan.budget_s

    def _leave_out(self, planned: Sequence[PlannedRun]) -> None:
        for one in planned:
            what = f"{self._arms[one.arm].title}, round {one.repeat + 1}"
            self.omissions.append(
                Omission(what=what, why=f"the budget of {self._plan.budget_s:.0f} s was spent", arm=one.arm)
            )

    def _tell(self, doing: str, event: Mapping[str, Any] | None) -> None:
        elapsed = time.monotonic() - self._begun
        made = self._done - self._before
        remaining = self._planned - self._done
        left = min(elapsed / made * remaining, self._plan.budget_s - elapsed) if made else None
        rate = event["output_tokens"] / event["t_s"] if event and event["t_s"] > 0 else None
        self._bench.listener(
            Progress(
                doing=doing,
                runs_done=self._done,
                runs_planned=self._planned,
                requests_done=int(event["requests_done"]) if event else 0,
                requests=int(event["requests"]) if event else 0,
                output_tokens_per_s=rate,
                elapsed_s=elapsed,
                left_s=max(0.0, left) if left is not None else None,
            )
        )
