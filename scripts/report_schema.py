"""Write docs/schemas/report.schema.json and docs/report-schema.md from the records.

Run from the top of a checkout: ``python scripts/report_schema.py``.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from doctor.schema.comparison import ComparisonReport
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.documents import DOCUMENT
from doctor.schema.prediction_report import PredictionReport
from doctor.schema.report import SCHEMA_VERSION, Report

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "docs" / "schemas" / "report.schema.json"
FIELDS = SCHEMA.with_name("report-fields.yaml")
"""Words for fields whose source has none."""
PAGE = ROOT / "docs" / "report-schema.md"

_HEAD = f"""# report.json, schema version {SCHEMA_VERSION}

Everything that a report shows stands in one `report.json`; HTML, Markdown and the terminal
summary are views of it. `report.html` holds the same report inside itself, and a bundle holds
`report.json`: give either to `qdoctor report` as it is.

`kind` says which of four records it is: [Report](#report) of a check,
[DiagnosisReport](#diagnosisreport), [PredictionReport](#predictionreport) or
[ComparisonReport](#comparisonreport).

A missing stage is `null` or empty, never zero. Numbers are finite. Rates say what they count:
requests/s, output tok/s or total tok/s. The JSON Schema is
[schemas/report.schema.json](schemas/report.schema.json). This page is generated from the
records in `doctor/schema/` by `python scripts/report_schema.py`.

A report of a newer version is refused by an older qdoctor, with advice. A report of an older
version is brought up to date when it is read, by one step per version in `doctor/schema/upgrades/`.
"""


def schema_text() -> str:
    """The JSON Schema as it is committed."""
    schema = DOCUMENT.json_schema(mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "qdoctor report", **schema}
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def document_text() -> str:
    """The page that documents every field."""
    return _HEAD + "".join(_section(record) for record in records())


def records() -> list[type[BaseModel]]:
    """The four kinds of reports and all records in them, in the order in which one meets them."""
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [Report, DiagnosisReport, PredictionReport, ComparisonReport]
    while waiting:
        record = waiting.pop(0)
        if record not in found:
            found.append(record)
            for field in record.model_fields.values():
                waiting.extend(_inside(field.annotation))
    return found


def _inside(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inside(argument)


def _section(record: type[BaseModel]) -> str:
    told = {name: words(record, name) for name in record.model_fields}
    rows = [
        f"| `{name}` | {_type(field.annotation)} | {_needed(field)} | {told.get(name, '')} |"
        for name, field in record.model_fields.items()
    ]
    head = "| field | type | required | |\n| --- | --- | --- | --- |"
    text = inspect.cleandoc(record.__doc__ or "")
    return f"\n## {record.__name__}\n\n{text}\n\n{head}\n" + "\n".join(rows) + "\n"


def words(record: type[BaseModel], name: str) -> str:
    """What a field is: as the source says it below the field, else as the file of fields does."""
    known = _fields()
    return _told(record).get(name) or known.get(f"{record.__name__}.{name}") or known.get(name, "")


@cache
def _fields() -> dict[str, str]:
    return {name: str(told) for name, told in yaml.safe_load(FIELDS.read_text(encoding="utf-8")).items()}


def _needed(field: FieldInfo) -> str:
    return "yes" if field.is_required() else "no"


def _type(annotation: object) -> str:
    """A field's type in words, as it stands in JSON."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{json.dumps(value)}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_type(argument) for argument in arguments)
    if origin is tuple and Ellipsis not in arguments:
        return "[" + ", ".join(_type(argument) for argument in arguments) + "]"
    if origin in (tuple, list, set, frozenset):
        return f"list of {_type(arguments[0])}"
    if origin is Mapping:
        return f"object of {_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return {NoneType: "null", str: "text", bool: "true or false", int: "integer", float: "number"}[annotation]


def _told(record: type[BaseModel]) -> dict[str, str]:
    """What the source says below each field."""
    body = ast.parse(textwrap.dedent(inspect.getsource(record))).body[0]
    assert isinstance(body, ast.ClassDef)
    told = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            assert isinstance(field.target, ast.Name)
            told[field.target.id] = " ".join(str(after.value.value).split()).replace("|", "\\|")
    return told


def silent() -> list[str]:
    """Fields of which nobody says what they are."""
    return [
        f"{record.__name__}.{name}"
        for record in records()
        for name in record.model_fields
        if not words(record, name)
    ]


def main() -> int:
    """Write both files; tell which fields have no words yet."""
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(document_text(), encoding="utf-8")
    left = silent()
    sys.stderr.write("".join(f"no words for {name}: add them to {FIELDS.name}\n" for name in left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
