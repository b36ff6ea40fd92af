"""A disk that is full, and one that may only be read, under the whole command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.conftest import REFERENCE, FakeEngine
from tests.faults.test_signals import ARMS
from tests.mounts import on_tmpfs, small_disks

QDOCTOR = f"{sys.executable} -c 'from doctor.cli import main; main()'"


def script(engine: FakeEngine, folder: Path, *lines: str) -> list[str]:
    check = f"{QDOCTOR} check --reference {REFERENCE} {' '.join(ARMS)}"
    check += f" --engine-python {engine.python} --output {folder}/run"
    resume = f"{QDOCTOR} check --resume {folder}/run"
    text = "\n".join(lines).replace("CHECK", check).replace("RESUME", resume).replace("DIR", str(folder))
    return ["sh", "-c", text]


@small_disks
@pytest.mark.parametrize(("size", "fails_at"), [("20k", "plan.json"), ("350k", "report.html")])
def test_a_full_disk_stops_the_check_and_room_lets_it_go_on(
    engine: FakeEngine, tmp_path: Path, size: str, fails_at: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = on_tmpfs(
        disk,
        f"size={size}",
        script(
            engine,
            disk,
            "CHECK >/dev/null; echo first $?",
            "find DIR -name '*.tmp'",
            "mount -o remount,size=50m DIR",
            "RESUME >/dev/null; echo second $?",
            f'{sys.executable} -c \'import json; r = json.load(open("DIR/run/report.json"));'
            ' print(*{run["status"] for run in r["runs"]}, len(r["runs"]))\'',
        ),
    )
    assert done.stdout.splitlines() == ["first 2", "second 0", "ok 6"], done.stderr
    assert "No space left on device" in done.stderr
    assert fails_at in done.stderr
    assert "--resume" in done.stderr
    assert "Traceback" not in done.stderr


@small_disks
def test_a_directory_that_may_only_be_read_is_refused(engine: FakeEngine, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    lines = ["CHECK >/dev/null; echo $?", "mount -o remount,ro DIR", "RESUME; echo $?"]
    lines += [f"{QDOCTOR} diagnose DIR/run; echo $?"]
    done = on_tmpfs(disk, "size=50m", script(engine, disk, *lines))
    assert done.stdout.splitlines() == ["0", "2", "2"], done.stderr
    assert done.stderr.count("Read-only file system") == 2
    assert "can be copied, and the copy judged" in done.stderr
