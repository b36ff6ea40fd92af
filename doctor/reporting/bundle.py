"""One zip for an issue: the report in its forms, logs cut to what matters, a manifest with hashes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from doctor import __version__
from doctor.errors import InputError
from doctor.reporting.language import Language
from doctor.reporting.log_cut import cut_log
from doctor.reporting.parse import FILE_NAME
from doctor.reporting.redact import redacted
from doctor.reporting.thinning import smaller_versions
from doctor.reporting.write import rendered
from doctor.schema.documents import Document

LIMIT = 10_000_000
"""Bytes of the zip: what GitHub takes with room to spare."""
_MOST_LOGS = 40
# A fixed date keeps the zip the same for the same report.
_DATE = (2026, 1, 1, 0, 0, 0)


def write_bundle(report: Document, folder: Path, path: Path, language: Language = "en") -> Path:
    """Write the zip and return its path.

    Where it would grow past the limit, logs stay out first, then samples of the time series; the
    manifest says so. Raises InputError where it cannot be written, or not be made small enough.
    """
    try:
        for texts, left_out in _smaller_and_smaller(redacted(report, always=True), folder, language):
            _write(path, texts, left_out)
            if path.stat().st_size <= LIMIT:
                return path
        path.unlink()
    except OSError as error:
        raise InputError(
            f"The bundle cannot be written: {error.strerror}",
            where=str(path),
            next_step="Name another file with --output FILE.",
        ) from error
    raise InputError(
        f"The report does not fit into {LIMIT // 1_000_000} MB",
        where=str(folder),
        next_step="Attach its report.md alone.",
    )


def _smaller_and_smaller(
    report: Document, folder: Path, language: Language
) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """The files, and what was left out of them; each time less."""
    views = rendered(report, language)
    logs, skipped = _logs(folder)
    whole = {**views, FILE_NAME: report.model_dump_json(indent=1)}
    yield {**whole, **logs}, skipped
    yield whole, ("all logs",)
    for smaller in smaller_versions(report):
        yield {**views, FILE_NAME: smaller.model_dump_json()}, ("all logs", "samples of the time series")


def _logs(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Every log of the run directory, cut and redacted; links are not followed.

    A folder that is no run directory may hold anything: nothing is taken from it.
    """
    if not (folder / "format.json").is_file():
        return {}, ()
    found = sorted(p for p in folder.rglob("*.log") if p.is_file() and not p.is_symlink())
    logs = {f"logs/{p.relative_to(folder).as_posix()}": cut_log(p) for p in found[:_MOST_LOGS]}
    return logs, tuple(p.relative_to(folder).as_posix() for p in found[_MOST_LOGS:])


def _write(path: Path, texts: dict[str, str], left_out: tuple[str, ...]) -> None:
    files = {name: text.encode("utf-8", errors="replace") for name, text in texts.items()}
    manifest = {
        "made_by": f"qdoctor {__version__}",
        "redacted": True,
        "left_out": left_out,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    listed = json.dumps(manifest, indent=1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, "manifest.json": listed}.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
