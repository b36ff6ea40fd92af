"""Whole checks on a stand-in for the engine: what goes wrong is planned, where it matters it really happens.

The stand-in comes in by the door that a user has: --engine-python names a script that answers as the
worker does (tests/engines/fake_worker.py). That the same faults are survived with a real engine is shown
in tests/engine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from doctor.engines.host import Limits
from doctor.pipeline.check import check as run_check
from doctor.rundir import RunDirectory
from doctor.schema.report import Report
from doctor.schema.request import CheckRequest
from doctor.schema.run import HostSample
from tests.checks.judging import environment_of

FAKE_WORKER = Path(__file__).parents[1] / "engines" / "fake_worker.py"
REFERENCE = "qwen1.5-7b-chat-a100-80g"


class FakeEngine(NamedTuple):
    """A Python whose vLLM is a stand-in, and the faults it will have."""

    python: Path
    faults: Path

    def plan(self, *, start: Sequence[str] = (), run: Sequence[str] = ()) -> None:
        """What happens at the first start, the second, …, and in the first run, the second, …"""
        for kind, faults in (("start", start), ("run", run)):
            (self.faults / kind).write_text("\n".join(faults))
            (self.faults / f"{kind}.taken").unlink(missing_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which a process uses it."""
        return {**os.environ, "FAKE_FAULTS": str(self.faults), "CUDA_VISIBLE_DEVICES": ""}


def make_engine(folder: Path) -> FakeEngine:
    """A stand-in in that folder, without faults until some are planned."""
    folder.mkdir(exist_ok=True)
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -u ] && exec {sys.executable} -u {FAKE_WORKER}\nexec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    faults = folder / "faults"
    faults.mkdir()
    made = FakeEngine(python, faults)
    made.plan()
    return made


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """A stand-in without faults, until some are planned."""
    made = make_engine(tmp_path)
    monkeypatch.setenv("FAKE_FAULTS", str(made.faults))
    return made


Check = Callable[..., Report]


@pytest.fixture
def check(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Make or resume a check in this process, on a machine that is always the same."""

    def run(folder: Path, **wishes: Any) -> Report:
        with RunDirectory(folder) as directory:
            waiting = wishes.pop("while_waiting", lambda: None)
            asked = request(engine.python).model_copy(update=wishes)
            return run_check(asked, directory, lambda progress: None, waiting)

    monkeypatch.setattr("doctor.pipeline.check.read_environment", lambda python: environment_of())
    monkeypatch.setattr("doctor.pipeline.running.HostSampler", _NoSampler)
    monkeypatch.setattr("doctor.engines.host.LIMITS", Limits(import_s=20, start_s=3, stall_s=3))
    return run


def request(python: Path) -> CheckRequest:
    """Two arms, two runs each."""
    return CheckRequest(
        reference=REFERENCE,
        observed=1000.0,
        observed_counts="output",
        engine_python=str(python),
        budget_s=600.0,
        repeats=3,
        ablations=("single-request", "early-eos"),
    )


def without_times(report: Report) -> dict[str, Any]:
    """All of a report but when and where it was made, and how the machine was just then."""
    content = report.model_dump(mode="json")
    del content["provenance"], content["environment"], content["checks"]
    for run in content["runs"]:
        del run["started_at"], run["host_samples"]
    return content


class _NoSampler:
    def __init__(self, **_: object) -> None:
        pass

    def start(self, pids: Sequence[int]) -> None:
        pass

    def stop(self) -> tuple[HostSample, ...]:
        return ()
