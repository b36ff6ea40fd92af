"""Older reports are brought up to date step by step; nothing is skipped, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.reporting.parse import document_of_json
from doctor.schema.report import SCHEMA_VERSION
from doctor.schema.upgrades import Document, steps, upgraded

STORED = Path(__file__).parent / "reports"
"""A stored report of every version that was ever written: ``1.json``, …"""


def renamed(document: Document) -> Document:
    return {"schema_version": document["schema_version"], "new": document["old"]}


def doubled(document: Document) -> Document:
    return {**document, "new": 2 * document["new"]}


def test_steps_are_taken_one_after_the_other() -> None:
    by = {1: renamed, 2: doubled}
    assert upgraded({"schema_version": 1, "old": 4}, 3, by) == {"schema_version": 3, "new": 8}
    assert upgraded({"schema_version": 2, "new": 4}, 3, by) == {"schema_version": 3, "new": 8}
    assert upgraded({"schema_version": 3, "new": 4}, 3, by) == {"schema_version": 3, "new": 4}


def test_a_missing_step_is_an_error_and_no_guess() -> None:
    with pytest.raises(LookupError, match="from report version 1 to 2"):
        upgraded({"schema_version": 1}, 3, {2: doubled})


def test_every_older_version_has_its_step() -> None:
    assert set(steps()) == set(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_stored_report_of_every_version_is_still_read(version: int) -> None:
    text = (STORED / f"{version}.json").read_text(encoding="utf-8")
    assert f'"schema_version":{version}' in text.replace(": ", ":")
    assert document_of_json(text, "stored").schema_version == SCHEMA_VERSION
