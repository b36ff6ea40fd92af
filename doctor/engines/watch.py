"""A worker under watch: its events with a limit on silence, and the end of the engine it holds."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable

from doctor.engines.events import Event, WorkerProcess
from doctor.errors import EngineError

STOP_LIMIT_S = 60.0
_LOOK_INTERVAL_S = 0.25
"""How often a wait looks whether it should go on."""

SEE_LOG = "Its last log lines are in the report and in engine.log."


class WatchedWorker:
    """One worker and the engine that stands in it, if one does."""

    def __init__(self, process: WorkerProcess, while_waiting: Callable[[], None] = lambda: None) -> None:
        self.process = process
        self._while_waiting = while_waiting
        self.engine_pid: int | None = None
        """Leader of the engine's process group."""

    def next(self, timeout_s: float, *, doing: str, hang: str) -> Event:
        """The next event.

        A silence longer than ``timeout_s`` ends the engine and is an error, told as ``hang``;
        so is the end of the worker. What ``while_waiting`` raises ends the wait.
        """
        try:
            event = self._event(time.monotonic() + timeout_s)
        except queue.Empty:
            self.end_engine()
            raise EngineError(
                f"The engine hung while {doing}: {hang}, so it was ended", next_step=SEE_LOG
            ) from None
        if event is None:
            self.forget_engine()
            raise EngineError(f"The engine's process ended while {doing}", next_step=SEE_LOG)
        return event

    def _event(self, deadline_s: float) -> Event | None:
        while True:
            self._while_waiting()
            left = deadline_s - time.monotonic()
            try:
                return self.process.event(min(left, _LOOK_INTERVAL_S))
            except queue.Empty:
                if left <= _LOOK_INTERVAL_S:
                    raise

    def engine_lives(self) -> bool:
        """Whether the engine's process is still there; its end may not have been told yet."""
        if self.engine_pid is None:
            return False
        try:
            os.kill(self.engine_pid, 0)
        except ProcessLookupError:
            return False
        return True

    def await_exit(self) -> None:
        """Wait for an engine that was told to end, or failed; use force where it does not."""
        if self.engine_pid is not None and not self._exit_reported():
            self.end_engine()
        self.forget_engine()

    def end_engine(self) -> None:
        """End the engine with force, and the worker where it does not report that end."""
        if self.engine_pid is not None:
            self.process.kill_group(self.engine_pid)
        if self.engine_pid is None or not self._exit_reported():
            self.process.kill()
        self.forget_engine()

    def forget_engine(self) -> None:
        """The engine is gone; processes that it left behind go too."""
        if self.engine_pid is not None:
            self.process.kill_group(self.engine_pid)
        self.engine_pid = None

    def _exit_reported(self) -> bool:
        """Whether the engine's end is told within the limit. What it says before is about no later run."""
        deadline = time.monotonic() + STOP_LIMIT_S
        try:
            while (event := self.process.event(deadline - time.monotonic())) is not None:
                if event["event"] == "engine_exited":
                    return True
        except queue.Empty:
            return False
        return True
