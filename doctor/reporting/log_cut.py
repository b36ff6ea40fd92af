"""The lines of an engine log that tell why it was slow or why it died, within a bound."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from doctor.reporting.escape import plain
from doctor.reporting.redact import redacted_text

HEAD, TAIL, TELLING = 300, 500, 1500
"""Lines kept from the start (version and configuration), from the end, and telling ones between."""
LONGEST_LINE = 2000
LARGEST_BYTES = 512_000_000
"""Of a log, as far as it is read at all."""

_TELLS = re.compile(
    r"WARN|ERROR|CRITICAL|FATAL|Traceback|^\s*(?:File \"|raise )|\w(?:Error|Exception)\b"
    r"|preempt|Killed|OOM|out of memory|KV cache|CUDA graph|throughput"
    r"|num_gpu_blocks|non-default args|Initializing|qdoctor",
    re.IGNORECASE,
)


def cut_log(path: Path) -> str:
    """The log without secrets: head and tail whole, telling lines between, gaps counted."""
    lines = _lines(path)
    kept = [line for _, line in zip(range(HEAD), lines, strict=False)]
    tail: deque[str] = deque(maxlen=TAIL)
    middle: list[str] = []
    gap = told = 0
    for line in lines:
        if len(tail) == TAIL:
            out = tail[0]
            if told < TELLING and _TELLS.search(out):
                middle += [*_gap(gap), out]
                gap, told = 0, told + 1
            else:
                gap += 1
        tail.append(line)
    return redacted_text(plain("\n".join([*kept, *middle, *_gap(gap), *tail, ""])))


def _gap(lines: int) -> list[str]:
    return [f"[… {lines} line{'' if lines == 1 else 's'} left out …]"] if lines else []


def _lines(path: Path) -> Iterator[str]:
    """Line by line, so that a log of any size takes little memory; long lines are cut."""
    read = 0
    with path.open("rb") as stream:
        while read < LARGEST_BYTES and (line := stream.readline(64 * LONGEST_LINE)):
            read += len(line)
            text = line.decode("utf-8", errors="replace").rstrip("\r\n")
            yield text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + " …"
