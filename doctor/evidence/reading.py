"""Any file in, evidence out. Formats are told apart by content, never by a file's name alone."""

from __future__ import annotations

import errno
import gzip
import importlib
import pkgutil
import stat
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import IO

import yaml

from doctor.errors import InputError
from doctor.evidence.contract import Document, Reader
from doctor.evidence.documents import form_texts, split_markdown, with_json
from doctor.evidence.engine_log import scan
from doctor.evidence.joining import join
from doctor.evidence.large_file import ByteStream, sift
from doctor.evidence.listings import without_listings
from doctor.evidence.metrics_page import READER as METRICS_PAGE
from doctor.evidence.metrics_pair import read_pair
from doctor.evidence.program_lines import printed_by_a_program
from doctor.evidence.prose import read_prose
from doctor.schema.evidence import Evidence, Origin, Unread
from doctor.yaml_files import parse_yaml

HELD_IN_FULL = 4 << 20
"""Files up to this size are held and searched whole; larger ones are sifted line by line."""

_PIECE = 1 << 16


@cache
def load_readers() -> tuple[Reader, ...]:
    """Every reader of this folder."""
    found = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        reader = getattr(importlib.import_module(f"doctor.evidence.{module.name}"), "READER", None)
        if isinstance(reader, Reader):
            found.append(reader)
    return tuple(sorted(found, key=lambda reader: reader.name))


def read_files(paths: Iterable[Path]) -> Evidence:
    """The evidence of all files together. A file that is missing is an error; one that says
    nothing is a note in ``unread``."""
    found = {path: read_file(path) for path in paths}
    pages = [path for path, evidence in found.items() if _is_metrics_page(evidence)]
    if len(pages) == 2:
        between = read_pair(*pages)
        if between is not None and between.delivered:
            found = {path: evidence for path, evidence in found.items() if path not in pages}
        if between is not None:
            return join((*found.values(), between))
    return join(found.values())


def _is_metrics_page(evidence: Evidence) -> bool:
    return len(evidence.read) == 1 and evidence.read[0].endswith(f": {METRICS_PAGE.name}")


def read_file(path: Path) -> Evidence:
    """The evidence of one file, plain or gzip."""
    try:
        _refuse_device(path)
        with path.open("rb") as stream:
            if stream.peek(2)[:2] != b"\x1f\x8b":
                return _read_stream(path.name, stream)
            unpacked = _Unpacked(stream)
            evidence = _read_stream(path.name, unpacked)
            return join([evidence, _nothing(path.name, unpacked.cut)]) if unpacked.cut else evidence
    except OSError as error:
        raise InputError(
            f"cannot read {path.name}: {error.strerror or error}",
            where=str(path),
            next_step="Give a readable file.",
        ) from error


def _read_stream(name: str, stream: ByteStream) -> Evidence:
    head = stream.read(HELD_IN_FULL + 1)
    if not head.strip():
        return _nothing(name, "it is empty")
    if b"\0" in head[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _nothing(name, "it is binary")
    if len(head) <= HELD_IN_FULL:
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return read_text(Document(name, head.decode(encoding, "replace").replace("\r\n", "\n")))
    evidence = sift(name, _Rejoined(head, stream))
    return evidence if evidence != Evidence() else _nothing(name, "no line of it is vLLM's or a benchmark's")


def _refuse_device(path: Path) -> None:
    """A pipe may be handed over by a shell; a device never ends."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise OSError(errno.EINVAL, "it is no file")


class _Unpacked:
    """A gzip stream that ends where it is damaged."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._stream = gzip.GzipFile(fileobj=packed)
        self.cut = ""
        """Why it ended before its end; empty where it did not."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        parts: list[bytes] = []
        while size > 0 and not self.cut:
            part = self._next(min(size, _PIECE))
            if not part:
                break
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _next(self, size: int) -> bytes:
        try:
            part = self._stream.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.cut = "the gzip stream ends early or is damaged; what came before was read"
            return b""
        return part


class _Rejoined:
    """A stream from its beginning, although the beginning was read already."""

    def __init__(self, head: bytes, rest: ByteStream) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        if self._head:
            part, self._head = self._head[:size], self._head[size:]
            return part
        return self._rest.read(size)


def read_text(document: Document) -> Evidence:
    """The evidence of a text that is held in full."""
    prose, blocks = split_markdown(document)
    if blocks:
        parts = [_read_plain(prose)]
        parts += [_read_plain(block) for block in blocks]
        evidence = join(parts)
    else:
        evidence = _read_plain(document)
    if evidence == Evidence():
        return _nothing(document.name, "nothing in it is of a kind that is known here")
    return evidence


def _read_plain(document: Document) -> Evidence:
    """A text without fences: one whole format, or several kinds of lines side by side."""
    if not document.text.strip():
        return Evidence()
    document = _with_data(document)
    for reader in load_readers():
        if reader.whole and reader.sniff(document):
            return reader.read(document)
    if isinstance(document.data, dict):
        return _read_form(document, document.data)
    lines = _carriage_returns_split(document.text)
    log, taken = scan(document.name, ((document.first_line + number, line) for number, line in lines))
    rest = _without(document, taken)
    parts = [reader.read(rest) for reader in load_readers() if not reader.whole and reader.sniff(rest)]
    return join((*parts, log, read_prose(without_listings(rest))))


def _without(document: Document, taken: frozenset[int]) -> Document:
    """The document with the lines blanked that a program logged: what people wrote remains."""
    lines = document.text.split("\n")
    kept = [
        "" if document.first_line + index in taken or printed_by_a_program(line) else line
        for index, line in enumerate(lines)
    ]
    return Document(document.name, "\n".join(kept), document.first_line)


def _read_form(document: Document, data: dict[object, object]) -> Evidence:
    """JSON of no known benchmark: its texts may still be an issue's (a form, an API's answer)."""
    texts = form_texts(data)
    evidence = read_text(Document(document.name, texts)) if texts else Evidence()
    if evidence.read:
        return evidence
    return _nothing(document.name, "its JSON is of no benchmark that is known here")


def _with_data(document: Document) -> Document:
    document = with_json(document)
    if document.data is not None or "request_performance" not in document.text[:200_000]:
        return document
    try:
        data = parse_yaml(document.text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return document
    return Document(document.name, document.text, document.first_line, data)


def _carriage_returns_split(text: str) -> Iterable[tuple[int, str]]:
    """Lines with their numbers from 0; a progress bar's redraws are lines of their own."""
    for number, line in enumerate(text.split("\n")):
        for part in line.split("\r"):
            yield number, part


def _nothing(name: str, why: str) -> Evidence:
    return Evidence(unread=(Unread(origin=Origin(file=name), why=why),))
