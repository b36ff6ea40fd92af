"""From JSON text to the record that it holds, whatever its kind and its age."""

from __future__ import annotations

import json

from pydantic import ValidationError

from doctor.errors import InputError
from doctor.schema.documents import DOCUMENT, Document
from doctor.schema.report import SCHEMA_VERSION
from doctor.schema.upgrades import upgraded

FILE_NAME = "report.json"
KINDS = ("check", "diagnosis", "prediction", "comparison")


def document_of_json(text: str, where: str) -> Document:
    """The report that a JSON text holds. An older one is brought up to date, a newer one refused."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("This is not JSON", where=where, next_step="Write the report again.") from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise _no_report(where, "schema_version is missing")
    _refuse_newer(version, found.get("kind", "check"), where)
    try:
        return DOCUMENT.validate_python(upgraded(found, SCHEMA_VERSION), strict=False)
    except LookupError as error:
        raise _no_report(where, str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _no_report(where, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def _refuse_newer(version: int, kind: object, where: str) -> None:
    if version > SCHEMA_VERSION:
        what = f"This report has schema version {version}; this qdoctor reads up to {SCHEMA_VERSION}"
    elif kind not in KINDS:
        what = f"This is a report of a kind that this qdoctor does not know: {str(kind)[:40]!r}"
    else:
        return
    raise InputError(what, where=where, next_step="Get a newer qdoctor: pip install --upgrade qdoctor.")


def _no_report(where: str, why: str) -> InputError:
    return InputError(
        f"This is no qdoctor report: {why}",
        where=where,
        next_step=f"Give a {FILE_NAME} that qdoctor wrote, unchanged.",
    )
