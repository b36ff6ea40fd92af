"""Run as a script: reads the corpus in a folder with some readers, under limits, and tells how it went.

One JSON line for each reader and file: what came of it (read, refused, or the exception that a user
would have seen), and the peak of the process's memory so far. Ten seconds of processor time are an end.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from doctor.errors import QdoctorError
from tests.hostile.corpus import is_for
from tests.hostile.readers import READERS

MOST_CPU_S = 10
MOST_ADDRESSES = 3 << 30
"""So that a reader that fails this test does not take the machine with it."""
MOST_LETTERS = 2000


class TooLongError(Exception):
    """A file took more than its time."""


def main(readers: list[str], folder: Path) -> None:
    """Each reader reads what is for it."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    signal.signal(signal.SIGPROF, out_of_time)
    for reader in readers:
        for path in sorted(folder.iterdir()):
            if is_for(path.name, READERS[reader].own):
                print(json.dumps({"reader": reader, "file": path.name, **_told(reader, path)}), flush=True)  # noqa: T201


def _told(reader: str, path: Path) -> dict[str, object]:
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    outcome = outcome_of(reader, path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {"outcome": outcome, "cpu_s": time.process_time() - began, "peak_mib": peak}


def outcome_of(reader: str, path: Path) -> str:
    """ "read", "refused" (in words, of a length that can be read), or what a user must never see."""
    try:
        READERS[reader].read(path)
    except QdoctorError as error:
        words = str(error)
        return "refused" if len(words) < MOST_LETTERS else f"refused in {len(words)} letters: {words[:300]!r}"
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is told)
        return f"{type(error).__name__}: {str(error)[:300]}"
    return "read"


def out_of_time(number: int, frame: FrameType | None) -> None:
    """What to do when the time is up."""
    raise TooLongError


if __name__ == "__main__":
    main(sys.argv[2:], Path(sys.argv[1]))
