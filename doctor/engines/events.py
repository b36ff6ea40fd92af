"""The worker's process and its JSON lines: start it, talk to it, end it with all it started."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doctor.engines.log import EngineLog, open_log
from doctor.errors import EngineError

Event = dict[str, Any]

WORKER = Path(__file__).with_name("worker.py")

_LONGEST_EVENT_BYTES = 64_000_000
_QUIT_LIMIT_S = 10.0
_LOOK_INTERVAL_S = 1.0
_LAST_WORDS_S = 1.0
_DRAIN_LIMIT_S = 5.0


class WorkerProcess:
    """The worker script under the engine's interpreter. Leads a process group of its own."""

    def __init__(
        self,
        interpreter: str,
        log_path: Path,
        environment: Mapping[str, str],
        script: Path = WORKER,
        *,
        redacting: bool = True,
    ) -> None:
        log_file = open_log(log_path)
        try:
            self._process = subprocess.Popen(
                [_executable(interpreter), "-u", str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **environment},
                start_new_session=True,
                cwd=log_path.parent,
            )
        except OSError as error:
            log_file.close()
            raise EngineError(
                f"The engine's interpreter could not be started: {error.strerror}",
                where=interpreter,
                next_step="Give the Python that has vLLM installed with --engine-python PATH.",
            ) from error
        assert self._process.stderr is not None
        self.log = EngineLog(self._process.stderr, log_file, redacting=redacting)
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._ended = False
        self._dead_since: float | None = None
        self._reader = threading.Thread(target=self._read, name="engine-events", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id of the worker, parent of every engine."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can still be asked for something."""
        return not self._ended and self._process.poll() is None

    def send(self, job: Mapping[str, Any]) -> None:
        """Hand over a job. A worker that is gone shows at the next ``event``, not here."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()

    def event(self, timeout_s: float) -> Event | None:
        """The next event; None once the worker's output ended. Raises ``queue.Empty`` on time-out."""
        deadline = time.monotonic() + timeout_s
        while not self._ended:
            left = max(deadline - time.monotonic(), 0.0)
            try:
                event = self._events.get(timeout=min(left, _LOOK_INTERVAL_S))
            except queue.Empty:
                # What a dead worker left behind may hold its output open: it never ends then.
                self._ended = self._silent_and_dead()
                if left <= _LOOK_INTERVAL_S and not self._ended:
                    raise
            else:
                self._ended = event is None
                return event
        return None

    def _silent_and_dead(self) -> bool:
        """Whether the worker ended long enough ago that its last words would have been read."""
        if self._process.poll() is None:
            return False
        self._dead_since = self._dead_since or time.monotonic()
        return time.monotonic() - self._dead_since >= _LAST_WORDS_S

    def kill_group(self, pid: int) -> None:
        """End an engine and whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the worker without asking, and with it the engine that it forked."""
        self.kill_group(self.pid)
        self._process.wait()
        self._ended = True

    def close(self) -> None:
        """End the worker, politely first, and drain its output."""
        self.send({"op": "quit"})
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_QUIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill_group(self.pid)
            self._process.wait()
        self._reader.join(timeout=_DRAIN_LIMIT_S)
        if not self._reader.is_alive():
            assert self._process.stdout is not None
            self._process.stdout.close()
        self.log.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline(_LONGEST_EVENT_BYTES):
            event = _parse(line)
            if event is not None:
                self._events.put(event)
        self._events.put(None)


def _executable(interpreter: str) -> str:
    """The interpreter as it is found from here: the worker starts in another folder."""
    return os.path.abspath(interpreter) if os.sep in interpreter else interpreter  # noqa: PTH100  (keeps links)


def _parse(line: bytes) -> Event | None:
    """One event. Anything else on that channel (a library that writes to a kept handle) is passed over."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
