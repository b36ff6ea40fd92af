from __future__ import annotations

import pytest
from pydantic import ValidationError

from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Setup
from doctor.schema.violations import shown, violation


def said(record: type[Setup | ReferenceRun], content: object) -> str:
    with pytest.raises(ValidationError) as caught:
        record.model_validate(content)
    return violation(caught.value, record)


def test_a_misspelt_field_comes_before_the_fields_that_are_missing() -> None:
    words = said(Setup, {"modell": {}, "workload": {"input_len": 1, "output_len": 1, "num_prompts": 1}})
    assert words.startswith("modell: there is no such field, did you mean model?")
    assert "(1 more beside this one)" in words


def test_a_nested_wrong_value() -> None:
    content = {"model": {"name": "m"}, "workload": {"input_len": "x", "output_len": 1, "num_prompts": 1}}
    assert said(Setup, content).startswith(
        "workload.input_len: 'x' is not allowed, input should be a valid integer"
    )


def test_no_document_at_all() -> None:
    assert said(ReferenceRun, []).startswith("the document: [] is not allowed")


def test_values_are_shown_short_and_harmless() -> None:
    assert len(shown("x" * 10_000)) < 100
    assert "\x1b" not in shown("\x1b[2J")
    assert shown(10**5000) == "an absurdly long number"
