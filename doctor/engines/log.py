"""The engine's own output, kept within bounds: the head and the tail of a log of any size."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import IO

HEAD_BYTES = 2_000_000
TAIL_LINES = 400
LONGEST_LINE = 2_000
_DRAIN_LIMIT_S = 5.0


class EngineLog:
    """Drains a stream in a thread: the first ``HEAD_BYTES`` go to a file, the last lines stay in memory.

    A line longer than ``LONGEST_LINE`` bytes is cut into several. ``close`` appends the kept
    tail to the file where the head did not hold everything. A file that cannot be written (a
    full disk) is given up, the draining goes on: an engine that cannot print stands still.
    """

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._file = path.open("ab", buffering=0)
        self._room = HEAD_BYTES
        self._tail: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._lines_beyond = 0
        self._bytes_beyond = 0
        self._thread = threading.Thread(target=self._drain, name="engine-log", daemon=True)
        self._thread.start()

    def tail(self, lines: int = 30) -> tuple[str, ...]:
        """The last lines that the engine printed, decoded; undecodable bytes are replaced."""
        kept = list(self._tail)[-lines:]
        return tuple(line.decode("utf-8", "replace").rstrip("\n") for line in kept)

    def close(self) -> None:
        """Wait for the stream's end and complete the file."""
        self._thread.join(timeout=_DRAIN_LIMIT_S)
        kept = list(self._tail)[-self._lines_beyond :] if self._lines_beyond else []
        left_out = self._bytes_beyond - sum(map(len, kept))
        with contextlib.suppress(OSError):
            if left_out > 0:
                self._file.write(b"\n[qdoctor: %d bytes left out here]\n" % left_out)
            self._file.writelines(kept)
        self._file.close()
        if not self._thread.is_alive():
            self._stream.close()

    def _drain(self) -> None:
        while line := self._stream.readline(LONGEST_LINE):
            self._tail.append(line)
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
            self._file.write(line)
