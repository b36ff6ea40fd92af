"""The JSON Schema of a reference run, for editors and for everyone who writes one.

``python -m doctor.references.json_schema`` prints it; ``docs/schemas/`` keeps it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from doctor.schema.paths import SECTIONS
from doctor.schema.reference import ReferenceRun

SCHEMA_ID = "reference-run.schema.json"


def reference_schema() -> dict[str, Any]:
    """The schema, generated from the record.

    The record takes any names under workload, sampling and engine, because all of them are
    optional there; the schema names those that a setup has.
    """
    schema = ReferenceRun.model_json_schema()
    for section in ("workload", "sampling", "engine"):
        of_section = SECTIONS[section].model_json_schema()
        place = schema["properties"][section]
        place["additionalProperties"] = False
        place["properties"] = of_section["properties"]
        schema["$defs"].update(of_section.get("$defs", {}))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}


def schema_text() -> str:
    """The schema as it is committed: two spaces, a newline at the end."""
    return json.dumps(reference_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
