"""`qdoctor causes`: the list, one page, JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Cause
from doctor.cli import cli
from doctor.errors import UsageError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["causes", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_cause_is_listed_once_under_its_family() -> None:
    lines = run().splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert sorted(listed) == [cause.id for cause in load_causes()]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("cause", load_causes(), ids=lambda cause: cause.id)
def test_one_cause_is_its_page_without_marks(cause: Cause) -> None:
    output = run(cause.id)
    assert output.startswith(f"{cause.title}\n")
    assert "When the diagnosis is wrong" in output
    assert "##" not in output
    assert "`" not in output


def test_json_says_what_to_run() -> None:
    (record,) = json.loads(run("enforce-eager", "--json"))
    assert record["remedy"]["verify_command"] == "qdoctor check --reference ID --ablation enforce-eager"


def test_an_unknown_id_is_a_usage_error() -> None:
    result = CliRunner().invoke(cli, ["causes", "no-such-cause"])
    assert isinstance(result.exception, UsageError)
