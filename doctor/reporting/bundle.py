"""One zip for an issue: the report in its forms, logs cut to what matters, a manifest with hashes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from doctor.reporting.escape import plain
from doctor.reporting.html import render_html
from doctor.reporting.markdown import render_markdown
from doctor.reporting.redact import redacted, redacted_text
from doctor.schema.report import Report

LIMIT = 10_000_000
"""Bytes of the zip."""
_LOG_HEAD, _LOG_TAIL = 60_000, 120_000
_MOST_LOGS = 40
# A fixed date keeps the zip the same for the same report.
_DATE = (2026, 1, 1, 0, 0, 0)


def write_bundle(report: Report, folder: Path, path: Path) -> Path:
    """Write the zip and return its path. Where it would grow past the limit, logs stay out."""
    clean = redacted(report)
    report_files = {
        "report.html": render_html(clean),
        "report.md": render_markdown(clean),
        "report.json": clean.model_dump_json(indent=1),
    }
    _write(path, {**report_files, **_logs(folder)})
    if path.stat().st_size > LIMIT:
        _write(path, report_files)
    return path


def _logs(folder: Path) -> dict[str, str]:
    """The ends of every log of the run directory, without secrets."""
    found = sorted(p for p in folder.rglob("*.log") if p.is_file() and not p.is_symlink())
    return {
        f"logs/{p.relative_to(folder).as_posix()}": _cut(p.read_text(encoding="utf-8", errors="replace"))
        for p in found[:_MOST_LOGS]
    }


def _cut(text: str) -> str:
    clean = redacted_text(plain(text))
    if len(clean) <= _LOG_HEAD + _LOG_TAIL:
        return clean
    left_out = len(clean) - _LOG_HEAD - _LOG_TAIL
    return f"{clean[:_LOG_HEAD]}\n[… {left_out} characters left out …]\n{clean[-_LOG_TAIL:]}"


def _write(path: Path, files: dict[str, str]) -> None:
    manifest = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    listed = json.dumps({"sha256": manifest}, indent=1, sort_keys=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**files, "manifest.json": listed}.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
