"""Reading a report back: from a run directory, a report.json, or a page that holds one."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from doctor.errors import InputError
from doctor.reporting.embedded import report_of_page
from doctor.schema.report import SCHEMA_VERSION, Report

FILE_NAME = "report.json"


def load_report(path: Path) -> Report:
    """The report at ``path``; a directory's is its ``report.json``."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "There is no report that can be read",
            where=str(file),
            next_step=f"Give a run directory, its {FILE_NAME}, or a page that qdoctor wrote.",
        ) from error
    return report_of_page(text) if text.lstrip()[:1] == "<" else report_of_json(text, str(file))


def report_of_json(text: str, where: str) -> Report:
    """The report that a JSON text holds. One of a newer version is refused."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError("This is not JSON", where=where, next_step="Write the report again.") from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise InputError(
            f"This report has schema version {version}; this qdoctor reads up to {SCHEMA_VERSION}",
            where=where,
            next_step="Upgrade it: pip install --upgrade qdoctor.",
        )
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"This is no qdoctor report: {place}: {first['msg']}",
            where=where,
            next_step=f"Give a {FILE_NAME} that qdoctor wrote, unchanged.",
        ) from error
