"""What a user gets to see of a fault of ours: one paragraph, and a file to attach to a report."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback

from doctor import __version__


def paragraph(error: BaseException) -> str:
    """What happened, where the details are, and how to report it. Writes the details."""
    place = _write(_details(error))
    where = f"The details are in {place}" if place else "The details could not be written to a file"
    return (
        f"qdoctor failed through a fault of its own ({type(error).__name__}), not of yours or of the engine. "
        f"{where}. Please read them through and report them as an issue of qdoctor, with the command that "
        "you gave. What was measured is kept in the run directory: go on with --resume RUN_DIR."
    )


def _details(error: BaseException) -> str:
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    lines = [
        f"qdoctor {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {' '.join(('qdoctor', *sys.argv[1:]))}",
        "",
        trace,
    ]
    return _redacted("\n".join(lines))


def _redacted(text: str) -> str:
    """Without secrets and names; without anything but the trace's places where redacting fails too."""
    try:
        from doctor.redaction import redact

        return redact(text)[0]
    except Exception:  # noqa: BLE001  (the fault may lie there, or in what it imports)
        places = [line for line in text.splitlines() if line.startswith('  File "')]
        return "\n".join([text.splitlines()[0], *places, "(the rest could not be redacted)", ""])


def _write(text: str) -> str | None:
    try:
        handle, place = tempfile.mkstemp(prefix="qdoctor-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError:
        return None
    return place
