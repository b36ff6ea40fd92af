"""The engine's own output, kept within bounds: the head and the tail of a log of any size."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections import deque
from pathlib import Path
from typing import IO

from doctor.errors import RunDirectoryError
from doctor.redaction import redact

HEAD_BYTES = 2_000_000
TAIL_LINES = 400
LONGEST_LINE = 2_000
_SILENCE_S = 5.0
_DRAIN_LIMIT_S = 60.0
"""The end of waiting for a stream that somebody holds open: after a silence, and at the latest."""
_SETTLE_STEP_S = 0.1
_SETTLE_LIMIT_S = 3.0


class EngineLog:
    """Drains a stream in a thread: the first ``HEAD_BYTES`` go to a file, the last lines stay in memory.

    A line longer than ``LONGEST_LINE`` bytes is cut into several. ``close`` appends the kept
    tail to the file where the head did not hold everything. A file that cannot be written (a
    full disk) is given up, the draining goes on: an engine that cannot print stands still.
    Lines are redacted on their way into the file, unless ``redacting`` is False.
    """

    def __init__(self, stream: IO[bytes], file: IO[bytes], *, redacting: bool = True) -> None:
        self._stream = stream
        self._file = file
        self._redacting = redacting
        self._room = HEAD_BYTES
        self._tail: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._lines_beyond = 0
        self._bytes_beyond = 0
        self._bytes_taken = 0
        self._thread = threading.Thread(target=self._drain, name="engine-log", daemon=True)
        self._thread.start()

    def tail(self, lines: int = 30) -> tuple[str, ...]:
        """The last lines that the engine printed, decoded; undecodable bytes are replaced."""
        kept = list(self._tail)[-lines:]
        return tuple(line.decode("utf-8", "replace").rstrip("\n") for line in kept)

    def settle(self) -> None:
        """Wait until the lines printed so far are taken: word of a death may overtake the last of them."""
        seen = -1
        for _ in range(round(_SETTLE_LIMIT_S / _SETTLE_STEP_S)):
            waiting = self._thread.is_alive() and select.select([self._stream], [], [], 0)[0]
            if not waiting and seen == self._bytes_taken:
                return
            seen = self._bytes_taken
            self._thread.join(timeout=_SETTLE_STEP_S)

    def close(self) -> None:
        """Wait for the stream's end and complete the file."""
        seen, patience = -1, int(_DRAIN_LIMIT_S / _SILENCE_S)
        while self._thread.is_alive() and seen != self._bytes_taken and patience:
            seen, patience = self._bytes_taken, patience - 1
            self._thread.join(timeout=_SILENCE_S)
        kept = list(self._tail)[-self._lines_beyond :] if self._lines_beyond else []
        left_out = self._bytes_beyond - sum(map(len, kept))
        with contextlib.suppress(OSError):
            if left_out > 0:
                self._file.write(b"\n[qdoctor: %d bytes left out here]\n" % left_out)
            self._file.writelines(self._clean(line) for line in kept)
        self._file.close()
        if not self._thread.is_alive():
            self._stream.close()

    def _drain(self) -> None:
        while line := self._stream.readline(LONGEST_LINE):
            self._tail.append(line)
            self._bytes_taken += len(line)
            if len(line) <= self._room:
                self._room -= len(line)
                self._keep(line)
            else:
                self._room = 0
                self._lines_beyond += 1
                self._bytes_beyond += len(line)

    def _keep(self, line: bytes) -> None:
        # ValueError: the file was closed while something still held the stream open.
        with contextlib.suppress(OSError, ValueError):
            self._file.write(self._clean(line))

    def _clean(self, line: bytes) -> bytes:
        return redact(line.decode("utf-8", "replace"))[0].encode() if self._redacting else line


def open_log(path: Path) -> IO[bytes]:
    """The log's file, to be appended to. A link in its place is not followed."""
    try:
        handle = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644
        )
    except OSError as error:
        raise RunDirectoryError(
            f"{path.name} cannot be written: {error.strerror}",
            where=str(path.parent),
            next_step="Name another directory with --output DIR.",
        ) from error
    return os.fdopen(handle, "ab", buffering=0)
