"""``qdoctor report`` on stored reports."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doctor.cli import cli
from doctor.errors import InputError
from doctor.reporting.load import load_report, report_of_json
from tests.reporting.samples import gpu_measured, hostile


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "report.json").write_text(hostile().model_dump_json(), encoding="utf-8")
    (folder / "engine.log").write_text(
        "start\nHF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz\n" + "x" * 300_000, encoding="utf-8"
    )
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["report", *arguments], catch_exceptions=False)


def test_render_writes_both_files_and_reads_its_own_page(run_directory: Path, tmp_path: Path) -> None:
    assert run("render", str(run_directory)).exit_code == 0
    page = run_directory / "report.html"
    assert page.exists()
    assert (run_directory / "report.md").exists()
    assert run("render", str(page), "--output", str(tmp_path / "again"), "--lang", "zh").exit_code == 0
    assert load_report(page) == load_report(tmp_path / "again" / "report.html")


def test_show_prints_the_summary(run_directory: Path) -> None:
    assert "enforce_eager" in run("show", str(run_directory)).output


def test_bundle_is_whole_hashed_and_redacted(run_directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "issue.zip"
    assert run("bundle", str(run_directory), "--output", str(path)).exit_code == 0
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert set(contents) == {"report.html", "report.md", "report.json", "logs/engine.log", "manifest.json"}
    hashes = json.loads(contents["manifest.json"])["sha256"]
    for name, digest in hashes.items():
        assert hashlib.sha256(contents[name]).hexdigest() == digest
    assert not any(b"hf_abcdef" in data or b"hunter2" in data for data in contents.values())
    assert len(contents["logs/engine.log"]) < 200_000


def test_a_newer_report_is_refused_with_advice() -> None:
    text = json.dumps({**json.loads(gpu_measured().model_dump_json()), "schema_version": 2})
    with pytest.raises(InputError, match="schema version 2") as refused:
        report_of_json(text, "report.json")
    assert "pip install" in refused.value.next_step


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}', "<html></html>"])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        load_report(path)


def test_a_missing_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no report"):
        load_report(tmp_path)
