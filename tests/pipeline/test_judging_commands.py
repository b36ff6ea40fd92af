"""Commands of findings can be pasted as they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

from doctor.pipeline.check import judge
from doctor.rundir import RunDirectory

STORED = Path(__file__).parents[1] / "golden" / "cases" / "replica" / "run"


def test_every_check_that_is_advised_names_its_reference(tmp_path: Path) -> None:
    shutil.copytree(STORED, tmp_path / "run")
    with RunDirectory(tmp_path / "run") as directory:
        report = judge(directory)
    commands = [finding.remedy.verify_command for finding in report.findings if finding.remedy]
    checks = [command for command in commands if command.startswith("qdoctor check")]
    assert checks
    assert all(f"--reference {report.reference.id} " in f"{command} " for command in checks)
    assert all(command.count("--reference") == 1 for command in checks)
