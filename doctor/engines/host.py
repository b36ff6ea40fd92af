"""Drives one worker: engines are started, arms are run, and what hangs or dies becomes an error."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from pydantic import ValidationError

from doctor.engines.events import WORKER, Event, WorkerProcess
from doctor.engines.watch import SEE_LOG, WatchedWorker
from doctor.errors import EngineError
from doctor.schema.run import EngineFacts

ProgressListener = Callable[[Mapping[str, Any]], None]


class Limits(NamedTuple):
    """How long the worker may be silent before it counts as hung, in seconds.

    Real weights from a slow disk plus compilation take many minutes; an arm, however slow,
    finishes some engine step within a minute and reports it.
    """

    import_s: float = 300.0
    start_s: float = 1800.0
    stall_s: float = 300.0


LIMITS = Limits()
SEE_ARM = "See the arm's log lines in the report."

_ENGINE_ERROR = re.compile(r"^\((?:EngineCore|Worker)[^)]*\)\s+(?:ERROR .*?\] )?(\w+(?:Error|Exception): .+)")


class ArmFailedError(EngineError):
    """One arm did not finish; the engine it ran in is gone, others can be started."""


class EngineHost:
    """A worker process, and another where it ended. Use as a context manager.

    At most one engine stands at a time. ``while_waiting`` is called a few times a second in every wait
    for the engine; what it raises ends the wait. ``script`` is the worker's; tests give another.
    """

    def __init__(
        self,
        interpreter: str,
        log_path: Path,
        environment: Mapping[str, str],
        *,
        limits: Limits | None = None,
        redacting: bool = True,
        while_waiting: Callable[[], None] = lambda: None,
        script: Path = WORKER,
    ) -> None:
        self.interpreter = interpreter
        self._limits = limits or LIMITS
        self._while_waiting = while_waiting
        self._fresh_process = partial(
            WorkerProcess, interpreter, log_path, environment, script, redacting=redacting
        )
        self._worker = self._fresh_worker()
        self.ready: Event = {}

    def __enter__(self) -> EngineHost:
        try:
            self.ready = self._await_ready()
        except BaseException:
            self._worker.process.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker.engine_pid is not None:
            # Its end is awaited: until then it would take the next job out of the worker's mouth.
            self._worker.end_engine()
        self._worker.process.close()

    @property
    def engine_pid(self) -> int | None:
        """Leader of the process group of the engine that stands; None between engines."""
        return self._worker.engine_pid

    def log_tail(self, lines: int = 30) -> tuple[str, ...]:
        """The engine's last log lines, with those that were still under way."""
        self._worker.process.log.settle()
        return self._worker.process.log.tail(lines)

    def start_engine(self, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> EngineFacts:
        """Start an engine with these ``LLM`` arguments; gives what it resolved them to.

        Raises EngineError with the engine's own words where it does not come up.
        """
        self._require_worker()
        self._worker.process.send(
            {"op": "engine", "arguments": dict(arguments), "environment": dict(environment)}
        )
        limit = self._limits.start_s
        deadline = time.monotonic() + limit
        while True:
            left = deadline - time.monotonic()
            event = self._worker.next(left, doing="starting", hang=f"it was not up after {limit:g} s")
            kind = event["event"]
            if kind == "forked":
                self._worker.engine_pid = event["pid"]
            elif kind == "engine_started":
                return self._facts(event)
            elif kind == "engine_failed":
                self._worker.await_exit()
                raise _start_error(event, self.log_tail(400))
            elif kind == "engine_exited":
                self._worker.forget_engine()
                raise EngineError(f"The engine ended while starting{_signal_words(event)}", next_step=SEE_LOG)

    def run(self, job: Mapping[str, Any], on_progress: ProgressListener) -> Mapping[str, Any]:
        """Run one arm on the engine that stands; gives the worker's result.

        Raises ArmFailedError where the arm raised, the engine died, or nothing moved for the stall limit.
        """
        when = "in the middle of this arm" if self._worker.engine_lives() else "before this arm began"
        self._worker.process.send({"op": "run", **job})
        limit = self._limits.stall_s
        doing, hang = f"running {job['id']}", f"nothing moved for {limit:g} s"
        while True:
            try:
                event = self._worker.next(limit, doing=doing, hang=hang)
            except EngineError as error:
                raise ArmFailedError(error.what, next_step=SEE_ARM) from error
            kind = event["event"]
            if kind == "progress":
                on_progress(event)
            elif kind == "run_done":
                result: Mapping[str, Any] = event["result"]
                return result
            elif kind == "run_failed":
                self._worker.await_exit()
                raise ArmFailedError(f"{event['error']}: {event['message']}", next_step=SEE_ARM)
            elif kind == "engine_exited":
                self._worker.forget_engine()
                raise ArmFailedError(f"The engine died {when}{_signal_words(event)}", next_step=SEE_ARM)

    def stop_engine(self) -> None:
        """Stop the engine that stands, with force where it does not end by itself."""
        if self._worker.engine_pid is None:
            return
        self._worker.process.send({"op": "stop"})
        self._worker.await_exit()

    def _fresh_worker(self) -> WatchedWorker:
        return WatchedWorker(self._fresh_process(), self._while_waiting)

    def _require_worker(self) -> None:
        """A worker that ended (killed, or one that could not fork) is replaced."""
        if self._worker.process.alive:
            return
        self._worker.process.close()
        self._worker = self._fresh_worker()
        self.ready = self._await_ready()

    def _await_ready(self) -> Event:
        limit = self._limits.import_s
        event = self._worker.next(limit, doing="importing vLLM", hang=f"it took more than {limit:g} s")
        if event["event"] == "ready":
            return event
        raise EngineError(
            f"vLLM cannot be imported: {event.get('error')}: {event.get('message')}",
            where=self.interpreter,
            next_step="Install vLLM there (pip install 'qdoctor[vllm]', or make check for the CPU build), "
            "or name the Python that has it with --engine-python PATH.",
        )

    def _facts(self, event: Event) -> EngineFacts:
        try:
            return EngineFacts.model_validate(event["facts"])
        except ValidationError as error:
            self._worker.end_engine()
            raise EngineError(
                f"What this vLLM tells of itself is not understood: {error.errors()[0]['msg']}",
                where=self.interpreter,
                next_step="Report it with the versions of vLLM and qdoctor; another vLLM may do.",
            ) from error


def _signal_words(event: Event) -> str:
    number = event.get("signal")
    return f" (killed by signal {number})" if number else ""


def _start_error(event: Event, log: tuple[str, ...]) -> EngineError:
    message = f"{event['error']}: {str(event['message']).strip()}".splitlines()[0]
    root = _root_cause(log) if "root cause" in message else None
    return EngineError(
        f"The engine did not start: {(root or message)[:400].rstrip('.')}",
        next_step="Its log lines are in engine.log.",
    )


def _root_cause(log: tuple[str, ...]) -> str | None:
    """The error that an engine process of its own died of: vLLM's front end only points to its log."""
    errors = (_ENGINE_ERROR.search(line) for line in reversed(log))
    return next((match[1] for match in errors if match), None)
