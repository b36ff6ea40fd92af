"""The committed schema and its page are those of the records."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator

from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_schema", ROOT / "scripts" / "report_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["report_schema"] = module
    spec.loader.exec_module(module)
    return module


def test_schema_and_page_are_of_today() -> None:
    module = script()
    advice = "run python scripts/report_schema.py"
    assert (ROOT / "docs" / "schemas" / "report.schema.json").read_text(
        encoding="utf-8"
    ) == module.schema_text(), advice
    assert (ROOT / "docs" / "report-schema.md").read_text(encoding="utf-8") == module.document_text(), advice


def test_every_field_is_documented() -> None:
    module = script()
    assert module.silent() == [], "say what these are, in their source or in docs/schemas/report-fields.yaml"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_samples_follow_the_schema(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    told = json.loads(rendering.document(name).model_dump_json())
    if "runs" in told:  # runs are alike, and the validator takes a second for ten of them
        told["runs"] = told["runs"][:1] + told["runs"][-2:]
    Draft202012Validator(schema).validate(told)
