"""Reading a report back: from a run directory, a report.json, a page that holds one, or a bundle."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from doctor.errors import InputError
from doctor.plain_files import read_bounded
from doctor.reporting.embedded import LARGEST_BYTES, report_of_page
from doctor.reporting.parse import FILE_NAME, document_of_json
from doctor.schema.documents import Document
from doctor.schema.report import Report

_ZIP = b"PK\x03\x04"
_UNREADABLE = (OSError, UnicodeDecodeError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""RuntimeError: a member that is encrypted."""


def load_report(path: Path) -> Document:
    """The report at ``path``; a directory's is its ``report.json``."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        text = _text_of(file)
    except (*_UNREADABLE, zlib.error, EOFError) as error:
        raise InputError(
            "There is no report that can be read",
            where=str(file),
            next_step=f"Give a run directory, its {FILE_NAME}, or a page or a bundle that qdoctor wrote.",
        ) from error
    return report_of_page(text) if text.lstrip()[:1] == "<" else document_of_json(text, str(file))


def load_check(path: Path) -> Report:
    """The report of a check at ``path``; other kinds are refused."""
    report = load_report(path)
    if isinstance(report, Report):
        return report
    raise InputError(
        f"This is the report of a {report.kind}; it holds no runs",
        where=str(path),
        next_step="Give a run directory of `qdoctor check`, or its report.",
    )


def _text_of(file: Path) -> str:
    content = read_bounded(file, LARGEST_BYTES)
    if content.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(FILE_NAME) as member:
            content = member.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise OSError("larger than any report")
    return content.decode("utf-8")
