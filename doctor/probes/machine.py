"""What the probes read from. A test hands them a folder and a stand-in for each reader."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doctor.nvml import load_pynvml

Runner = Callable[[list[str], float], str]
"""Runs a command with a time limit in seconds and gives its standard output."""


def run_command(arguments: list[str], timeout_s: float) -> str:
    """Standard output of a command that ended well; OSError or SubprocessError otherwise."""
    finished = subprocess.run(
        arguments,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return finished.stdout


def own_affinity() -> frozenset[int]:
    """The cores on which this process may run."""
    return frozenset(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Machine:
    """The readers of one machine: its files below ``root``, its commands, its driver."""

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    run: Runner = run_command
    affinity: Callable[[], frozenset[int]] = own_affinity
    load_nvml: Callable[[], Any] = load_pynvml
    user_id: int = field(default_factory=os.getuid)
    pause: Callable[[float], None] = time.sleep

    def path(self, absolute: str) -> Path:
        """Where that path lies below the machine's root."""
        return self.root / absolute.lstrip("/")

    def text(self, absolute: str) -> str | None:
        """The text of a file, or None where it cannot be read."""
        try:
            return self.path(absolute).read_text(errors="replace")
        except OSError:
            return None

    def line(self, absolute: str) -> str | None:
        """The file's text without surrounding blanks; None where it is missing or empty."""
        text = self.text(absolute)
        return text.strip() or None if text is not None else None

    def integer(self, absolute: str) -> int | None:
        """The one number in a file; None where there is no such file or no number in it."""
        line = self.line(absolute)
        try:
            return int(line) if line is not None else None
        except ValueError:
            return None

    def exists(self, absolute: str) -> bool:
        """Whether there is such a path."""
        try:
            return self.path(absolute).exists()
        except OSError:
            return False


def cpu_list(text: str) -> tuple[int, ...]:
    """The kernel's list of cores, ``0-3,8``, spelled out; nonsense gives an empty list."""
    cores: list[int] = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if not first.strip().isdecimal() or (last and not last.strip().isdecimal()):
            continue
        low, high = int(first), int(last or first)
        if high - low < 65536:  # a hostile range must not fill the memory
            cores.extend(range(low, high + 1))
    return tuple(cores)
