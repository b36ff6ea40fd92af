"""``qdoctor report`` on stored reports."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doctor.cli import cli
from doctor.errors import InputError
from doctor.reporting import bundle as bundling
from doctor.reporting import load as loading
from doctor.reporting.load import load_report
from doctor.reporting.parse import document_of_json
from doctor.reporting.redact import redacted
from tests.reporting import rendering
from tests.reporting.samples import cpu_replica, gpu_measured, hostile
from tests.reporting.samples.comparison import slowed


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "report.json").write_text(hostile().model_dump_json(), encoding="utf-8")
    (folder / "format.json").write_text('{"format": 1}', encoding="utf-8")
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


@pytest.mark.parametrize("kind", ["diagnosis", "prediction", "comparison"])
def test_every_kind_is_drawn_shown_and_packed(kind: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(rendering.document(kind).model_dump_json(), encoding="utf-8")
    for lang in ("en", "zh"):
        assert run("render", str(tmp_path), "--lang", lang).exit_code == 0
        assert run("show", str(tmp_path / "report.html"), "--lang", lang).exit_code == 0
        assert run("bundle", str(tmp_path), "--lang", lang, "-o", str(tmp_path / "b.zip")).exit_code == 0
    assert load_report(tmp_path / "b.zip").kind == kind
    with pytest.raises(InputError, match=f"report of a {kind}"):
        run("export", str(tmp_path), "--format", "csv")


def test_show_prints_the_summary(run_directory: Path) -> None:
    assert "As printed" in run("show", str(run_directory)).output


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_bundle_is_whole_hashed_and_redacted(run_directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "issue.zip"
    assert run("bundle", str(run_directory), "--output", str(path)).exit_code == 0
    contents = unpacked(path)
    assert set(contents) == {"report.html", "report.md", "report.json", "logs/engine.log", "manifest.json"}
    manifest = json.loads(contents.pop("manifest.json"))
    assert set(manifest["files"]) == set(contents)
    for name, told in manifest["files"].items():
        assert hashlib.sha256(contents[name]).hexdigest() == told["sha256"]
        assert len(contents[name]) == told["bytes"]
    assert not any(
        b"hf_abcdef" in data or b"hunter2" in data or b"alice" in data for data in contents.values()
    )


def test_a_bundle_is_read_back(run_directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "issue.zip"
    run("bundle", str(run_directory), "--output", str(path))
    assert load_report(path) == redacted(load_report(run_directory))


def test_a_bundle_past_the_limit_gives_up_logs_first(
    run_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = random.Random(3)
    lines = ("WARNING " + noise.randbytes(200).hex() for _ in range(3000))
    (run_directory / "engine.log").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(bundling, "LIMIT", 400_000)
    path = tmp_path / "issue.zip"
    assert run("bundle", str(run_directory), "--output", str(path)).exit_code == 0
    assert path.stat().st_size <= 400_000
    assert json.loads(unpacked(path)["manifest.json"])["left_out"] == ["all logs"]
    monkeypatch.setattr(bundling, "LIMIT", 4_000)
    with pytest.raises(InputError, match="does not fit"):
        run("bundle", str(run_directory), "--output", str(path))
    assert not path.exists()


def test_a_lone_report_takes_no_strangers_logs_along(run_directory: Path, tmp_path: Path) -> None:
    lone = tmp_path / "lone"
    lone.mkdir()
    (lone / "report.json").write_bytes((run_directory / "report.json").read_bytes())
    (lone / "mail.log").write_text("private", encoding="utf-8")
    run("bundle", str(lone / "report.json"), "--output", str(tmp_path / "issue.zip"))
    assert not any(name.startswith("logs/") for name in unpacked(tmp_path / "issue.zip"))


def test_compare_prints_writes_and_gates(run_directory: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, report in ((before, cpu_replica()), (after, slowed(cpu_replica(), 1.5))):
        folder.mkdir()
        (folder / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
    pair = (str(before), str(after))
    shown = run("compare", *pair)
    assert shown.exit_code == 0
    assert "B is 33.3" in shown.output
    failed = run("compare", *pair, "--fail-if-slower", "5%", "--output", str(tmp_path / "compared"))
    assert failed.exit_code == 1
    assert run("compare", *pair, "--fail-if-slower", "0.5").exit_code == 0
    assert run("compare", *reversed(pair), "--fail-if-slower", "5%").exit_code == 0
    stored = load_report(tmp_path / "compared" / "report.html")
    assert stored.kind == "comparison"
    assert "慢" in run("show", str(tmp_path / "compared"), "--lang", "zh").output


@pytest.mark.parametrize("limit", ["five", "-1%", "100%", "nan", ""])
def test_a_limit_that_is_none_is_refused(run_directory: Path, limit: str) -> None:
    found = CliRunner().invoke(
        cli, ["report", "compare", *[str(run_directory)] * 2, "--fail-if-slower", limit]
    )
    assert found.exit_code == 2


def test_export_writes_beside_the_report(run_directory: Path) -> None:
    assert run("export", str(run_directory), "--format", "csv").exit_code == 0
    assert run("export", str(run_directory), "--format", "benchmark-report").exit_code == 0
    assert (run_directory / "runs.csv").is_file()
    assert (run_directory / "benchmark-report-user.yaml").is_file()


def test_a_newer_report_is_refused_with_advice() -> None:
    text = json.dumps({**json.loads(gpu_measured().model_dump_json()), "schema_version": 2})
    with pytest.raises(InputError, match="schema version 2") as refused:
        document_of_json(text, "report.json")
    assert "pip install" in refused.value.next_step


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}', "<html></html>"])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        load_report(path)


def test_a_kind_from_the_future_is_refused_with_advice() -> None:
    with pytest.raises(InputError, match="kind that this qdoctor does not know") as refused:
        document_of_json('{"schema_version": 1, "kind": "prophecy"}', "report.json")
    assert "pip install" in refused.value.next_step


def test_a_zip_without_a_report_and_one_that_unpacks_to_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("other.txt", b""), ("report.json", b" " * 5000)):
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        monkeypatch.setattr(loading, "LARGEST_BYTES", 1000)
        with pytest.raises(InputError, match="no report that can be read"):
            load_report(path)


def test_a_missing_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no report"):
        load_report(tmp_path)
