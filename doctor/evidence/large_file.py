"""Sifting a file too large to be held: its beginning in full, the rest by look-up."""

from __future__ import annotations

from typing import Protocol

from doctor.evidence.engine_log import REPEATED, EngineLog, message_key
from doctor.schema.evidence import Evidence, Origin, Unread

CHUNK = 4 << 20
IN_FULL = 4 << 20
"""Bytes at the beginning in which every line is searched: the engine says there how it is set up."""

LONGEST_LINE = 1 << 20
"""A line that goes on for longer is cut; no message of ours is as long."""

MOST_LINES = 8_000_000
MOST_BYTES = 1 << 30
MOST_LOOKED_AT = 250_000
"""What is read of a file that may never end, or may unpack to anything. A gigabyte of vLLM's log has half as
many lines. Of those that are looked at in full (some 25 µs each), a server that tells its state every ten
seconds writes so many in four weeks; what decides stands at the beginning and repeats."""


class ByteStream(Protocol):
    """What can be read from: a file, a gzip stream, a pipe."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...


def sift(file: str, stream: ByteStream) -> Evidence:
    """The evidence in a log of any size."""
    log = EngineLog(file)
    number, done, rest = 1, 0, b""
    while not (cut := _enough(number, done, log)) and (chunk := stream.read(CHUNK)):
        block = rest + chunk
        in_full = done < IN_FULL
        done += len(chunk)
        end = block.rfind(b"\n") + 1
        if end == 0 and len(block) < LONGEST_LINE:
            rest = block
            continue
        rest = block[end:] if end else b""
        number = _take(log, block[:end] if end else block, number, in_full=in_full)
        if len(rest) > LONGEST_LINE:
            rest = rest[:LONGEST_LINE]
    if rest and not cut:
        number = _take(log, rest, number, in_full=True)
    evidence = log.evidence()
    if not cut:
        return evidence
    rest_of_it = Unread(origin=Origin(file=file, line=number), why="what comes after this line was not read")
    return evidence.model_copy(update={"unread": (*evidence.unread, rest_of_it)})


def _enough(lines: int, size_bytes: int, log: EngineLog) -> bool:
    return lines > MOST_LINES or size_bytes >= MOST_BYTES or log.looked_at >= MOST_LOOKED_AT


def _take(log: EngineLog, block: bytes, number: int, *, in_full: bool) -> int:
    """Hand the block's lines over; gives the number of the line after it."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    lines = block.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    repeats: dict[str, int] = {}
    for offset, line in enumerate(lines):
        key = b"" if in_full else message_key(line)
        if key in REPEATED:
            repeats[REPEATED[key]] = repeats.get(REPEATED[key], 0) + 1
        elif in_full or key:
            for part in line.split(b"\r") if b"\r" in line else (line,):
                log.take(number + offset, part.decode("utf-8", "replace"))
    for signal_id, times in repeats.items():
        log.add_repeats(signal_id, times)
    return number + len(lines)
