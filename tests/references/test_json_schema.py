from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from doctor.locations import reference_runs
from doctor.references.json_schema import schema_text

COMMITTED = Path(__file__).parents[2] / "docs" / "schemas" / "reference-run.schema.json"


def test_the_committed_schema_is_the_generated_one() -> None:
    # After a change: python -m doctor.references.json_schema > docs/schemas/reference-run.schema.json
    assert COMMITTED.read_text() == schema_text()


@pytest.mark.parametrize("path", sorted(reference_runs().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_run_satisfies_the_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), json.loads(schema_text()))


def test_the_schema_refuses_an_unknown_setting() -> None:
    content = yaml.safe_load((reference_runs() / "qwen1.5-7b-chat-a100-80g.yaml").read_text())
    content["workload"]["input_length"] = 1
    with pytest.raises(jsonschema.ValidationError, match="input_length"):
        jsonschema.validate(content, json.loads(schema_text()))
