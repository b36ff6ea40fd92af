"""Lines that a program printed beside the engine's log: nobody says anything there, and runs nothing."""

from __future__ import annotations

import re

_PRINTED = re.compile(
    r"(?:INFO|WARNING|ERROR|DEBUG|CRITICAL)\s+\d\d-\d\d \d\d:"  # vLLM's own log
    r"|^(?:INFO|WARNING|ERROR|DEBUG|CRITICAL):\s"  # logging's plain form, and uvicorn's
    r"|^\[?[WEIF]\d{4} \d\d:\d\d:\d\d"  # PyTorch
    r"|^\S{0,300}\.py:\d+: \w*Warning:"  # Python's warnings
    r"|^Traceback \(most recent call last\)|^\s+File \"[^\"\n]{1,300}\", line \d+"
    r"|^Starting (?:initial|main) [\w ]{1,40}run"  # the serving benchmark
    r"|\d{1,3}%\|[^|\n]{0,200}\| \d"  # a progress bar
)


def printed_by_a_program(line: str) -> bool:
    """Whether the form of a line is that of a log, a warning, a traceback or a progress bar."""
    return _PRINTED.search(line[:2000]) is not None
