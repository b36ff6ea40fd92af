"""Disks of any size for a test, in a mount namespace that goes with the command."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def on_tmpfs(folder: Path, options: str, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that finds a tmpfs with these options on ``folder``; what it leaves there is lost."""
    script = 'mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@"'
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, options, str(folder), *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


small_disks = pytest.mark.skipif(not _can_mount(), reason="this system lets no user mount a disk of its own")
