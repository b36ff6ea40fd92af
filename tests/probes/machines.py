"""Machines made of a folder: what a test puts there is all the probes can see."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from doctor.probes.machine import Machine, Runner
from tests.probes.fake_nvml import FakeNvml

USER_ID = 1000


def no_commands(arguments: list[str], timeout_s: float) -> str:
    """A machine on which no command exists."""
    raise FileNotFoundError(arguments[0])


def printing(text: str) -> Runner:
    """A machine on which every command prints this."""
    return lambda _arguments, _timeout_s: text


def hanging(arguments: list[str], timeout_s: float) -> str:
    """A machine on which every command outlasts its limit."""
    raise subprocess.TimeoutExpired(arguments, timeout_s)


def make_machine(
    root: Path,
    files: Mapping[str, str] | None = None,
    *,
    recording: str = "no_driver",
    environ: Mapping[str, str] | None = None,
    run: Runner = no_commands,
    cores: int = 8,
) -> Machine:
    """A machine with these files below ``root`` and the GPUs of that recording."""
    for path, text in (files or {}).items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Machine(
        root=root,
        environ=environ or {},
        run=run,
        affinity=lambda: frozenset(range(cores)),
        load_nvml=FakeNvml.of(recording).load,
        user_id=USER_ID,
        pause=lambda _s: None,
    )
