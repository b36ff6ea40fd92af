from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from doctor.cli import cli
from doctor.errors import UsageError
from doctor.schema.check import EnvironmentReport


def test_json_is_one_record_on_standard_output() -> None:
    result = CliRunner().invoke(cli, ["env", "--json"])
    assert result.exit_code == 0
    report = EnvironmentReport.model_validate_json(result.stdout)
    assert len(report.checks) > 30
    assert not any(check.state == "crashed" for check in report.checks)
    assert report.environment.cpus_usable >= 1


def test_findings_do_not_fail_the_command() -> None:
    result = CliRunner().invoke(cli, ["env", "--engine-python", "/nowhere/python"])
    assert result.exit_code == 0
    assert "finding" in result.stdout


def test_named_checks_only() -> None:
    report = json.loads(CliRunner().invoke(cli, ["env", "--json", "swap", "cpu_cores"]).stdout)
    assert [check["name"] for check in report["checks"]] == ["cpu-cores", "swap"]


def test_unknown_name_is_wrong_usage() -> None:
    result = CliRunner().invoke(cli, ["env", "swop"])
    assert isinstance(result.exception, UsageError)
    assert "'swap'" in str(result.exception)


def test_list() -> None:
    result = CliRunner().invoke(cli, ["env", "--list"])
    assert result.exit_code == 0
    assert "power-limit" in result.stdout


def test_secrets_and_names_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-this-is-very-secret")
    monkeypatch.setenv("HF_HOME", "/home/bobby/hf")
    monkeypatch.setenv("VLLM_HOST_IP", "10.11.12.13")
    redacted = CliRunner().invoke(cli, ["env", "--json"]).stdout
    for secret in ("very-secret", "bobby", "10.11.12.13"):
        assert secret not in redacted
    assert json.loads(redacted)["redacted"]["IP address"] >= 1
    plain = CliRunner().invoke(cli, ["env", "--json", "--no-redact"]).stdout
    assert "bobby" in plain
    assert "very-secret" not in plain  # never read, so it cannot be left in


def test_the_command_line_stays_light() -> None:
    heavy = ("psutil", "pynvml", "rich", "numpy")
    code = f"import sys, doctor.cli; print([name for name in {heavy} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"
