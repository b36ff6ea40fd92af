"""Ctrl-C, SIGTERM and a closed terminal as a request, taken up where nothing can be lost.

Python raises KeyboardInterrupt between any two instructions: in the middle of writing a file, of ending
an engine, of making the report. Here a signal only leaves a note, and the long waits ask for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 3
"""At the third request whoever asks no longer wants to wait for the report."""

_ANSWER = (
    b"\nqdoctor: stopping; what was measured will be reported. Press Ctrl-C twice more to give that up.\n"
)


class Interrupts:
    """Whether somebody asked for the end. ``watch`` listens; ``raise_if_asked`` is for those who wait."""

    def __init__(self) -> None:
        self.asked = 0
        """How often."""

    @contextlib.contextmanager
    def watch(self) -> Iterator[Interrupts]:
        """Take the signals that ask a process to end, until the block is left."""
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        try:
            for number, handler in before.items():
                # Started with nohup, SIGHUP is ignored on purpose.
                if handler is not signal.SIG_IGN:
                    signal.signal(number, self._note)
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def raise_if_asked(self) -> None:
        """Raise KeyboardInterrupt where the end was asked for."""
        if self.asked:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1
        if self.asked == 1:
            # Not print: this may run in the middle of one. A closed terminal cannot be told.
            with contextlib.suppress(OSError):
                os.write(2, _ANSWER)
        if self.asked >= _PATIENCE:
            raise KeyboardInterrupt
