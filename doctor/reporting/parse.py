"""From JSON text to the record that it holds, whatever its kind and its age."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from doctor.errors import InputError
from doctor.plain_files import json_within
from doctor.schema.documents import DOCUMENT, Document, kind_of
from doctor.schema.report import SCHEMA_VERSION
from doctor.schema.run import Run
from doctor.schema.upgrades import upgraded

FILE_NAME = "report.json"
MOST_PARTS = 1_500_000
"""Values in a report: some hundred runs with their samples."""
MOST_PARTS_CHECKED_AT_ONCE = 150_000
KINDS = ("check", "diagnosis", "prediction", "comparison")


def document_of_json(text: str, where: str) -> Document:
    """The report that a JSON text holds. An older one is brought up to date, a newer one refused."""
    try:
        found = json.loads(json_within(text.encode(), MOST_PARTS))
    except (ValueError, RecursionError) as error:
        raise InputError("This is not JSON", where=where, next_step="Write the report again.") from error
    except OSError as error:
        raise _no_report(where, str(error.strerror)) from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise _no_report(where, "schema_version is missing")
    _refuse_newer(version, found.get("kind", "check"), where)
    try:
        return _validated(upgraded(found, SCHEMA_VERSION))
    except LookupError as error:
        raise _no_report(where, str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _no_report(where, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def _validated(found: dict[str, Any]) -> Document:
    """The document; its runs are looked at one by one.

    A validator complains about every value that is wrong, at more than a kilobyte each: where a stranger
    made all of them wrong, the first run is enough.
    """
    runs = found.get("runs") if kind_of(found) == "check" else None
    if not isinstance(runs, list):
        return DOCUMENT.validate_python(_within_reason(found))
    document = DOCUMENT.validate_python(_within_reason({**found, "runs": []}))
    kept = tuple(Run.model_validate(_within_reason(run)) for run in runs)
    return document.model_copy(update={"runs": kept})


def _within_reason(value: Any) -> Any:  # noqa: ANN401 - a parsed JSON value
    """The value itself; LookupError where it holds more than any that qdoctor writes."""
    waiting, count = [value], 0
    while waiting:
        one = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting.extend(inner)
        count += len(inner)
        if count > MOST_PARTS_CHECKED_AT_ONCE:
            raise LookupError(f"a part of it holds more than {MOST_PARTS_CHECKED_AT_ONCE} values")
    return value


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
