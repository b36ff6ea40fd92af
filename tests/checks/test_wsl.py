from __future__ import annotations

from pathlib import Path

from tests.checks.judging import environment_of, judge, machine_with


def test_wsl_linux_and_unreadable(tmp_path: Path) -> None:
    files = {"/proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}
    assert judge("wsl", machine_with(tmp_path, files=files)).state == "warning"
    assert judge("wsl", environment_of(wsl=False)).state == "ok"
    assert judge("wsl", environment_of()).state == "unknown"
