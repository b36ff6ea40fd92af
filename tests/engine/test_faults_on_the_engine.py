"""One check on the real engine that everything happens to, resumed after each; then it is as if nothing had.

Each sitting goes on where the last one stopped, and meets the next fault.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from doctor.engines.host import Limits
from doctor.pipeline.check import check as run_check
from doctor.rundir import RunDirectory, read_record
from doctor.schema.progress import Progress
from doctor.schema.report import Report
from doctor.schema.request import CheckRequest
from tests.engine.conftest import QDOCTOR, REFERENCE, no_gpu

WISHES = CheckRequest(
    reference=REFERENCE,
    observed=1000.0,
    observed_counts="output",
    engine_python=sys.executable,
    budget_s=600.0,
    repeats=1,  # a second run would hang on how noisy the machine just was, and could not be compared
    ablations=("early-eos",),
)
WAIT_S = 300.0
STALL_S = 20.0

Sabotage = Callable[[Progress | None], bool]
"""Called at every progress, and a few times a second without one; gives whether it struck."""


def test_one_check_survives_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("doctor.engines.host.LIMITS", Limits(stall_s=STALL_S))
    undisturbed = sitting(tmp_path / "undisturbed")
    assert {run.status for run in undisturbed.runs} == {"ok"}
    folder = tmp_path / "run"

    killed_at_start = sitting(folder, in_start_up)
    assert "killed by signal 9" in killed_at_start.runs[0].reason
    assert killed_at_start.verdict.details

    killed_in_an_arm = sitting(folder, in_an_arm(signal.SIGKILL))
    (died,) = failures(killed_in_an_arm)
    assert died.startswith("The engine died in the middle of this arm (killed by signal 9)")
    assert any("failed" in detail for detail in killed_in_an_arm.verdict.details)

    stopped = sitting(folder, in_an_arm(signal.SIGSTOP))
    (hung,) = failures(stopped)
    assert f"nothing moved for {STALL_S:g} s" in hung

    # Only this one run is missing by now, so it is the first that the engine is asked for.
    killed_between = sitting(folder, before_an_arm)
    (between,) = failures(killed_between)
    assert re.match(r"The engine died .* this arm( began)? \(killed by signal 9\)", between)

    asked_to_end(folder, signal.SIGINT, standing_in)
    asked_to_end(folder, signal.SIGTERM, starting_in)

    resumed = sitting(folder)
    assert but_times(resumed) == but_times(undisturbed)


def sitting(folder: Path, sabotage: Sabotage = lambda progress: True) -> Report:
    """Make or go on with the check, in this process; the sabotage strikes once, and nothing is left of it."""
    struck = False

    def perhaps(progress: Progress | None = None) -> None:
        nonlocal struck
        struck = struck or sabotage(progress)

    with RunDirectory(folder) as directory:
        report = run_check(WISHES, directory, perhaps, perhaps)
    assert struck, "the moment for the fault never came"
    assert psutil.Process().children(recursive=True) == []
    assert whole(folder)
    return report


def in_start_up(progress: Progress | None) -> bool:
    return progress is None and any(_strike(signal.SIGKILL))


def in_an_arm(number: signal.Signals) -> Sabotage:
    return lambda progress: progress is not None and progress.requests_done > 0 and any(_strike(number))


def before_an_arm(progress: Progress | None) -> bool:
    """Told that an arm is about to be run, when the engine has not yet been asked for it."""
    return progress is not None and "round" in progress.doing and any(_strike(signal.SIGKILL))


def _strike(number: signal.Signals) -> Iterator[bool]:
    for engine in _engines(psutil.Process()):
        engine.send_signal(number)
        yield True


def _engines(qdoctor: psutil.Process) -> list[psutil.Process]:
    """The children of the workers that imported vLLM."""
    return [
        engine
        for worker in qdoctor.children()
        for engine in worker.children()
        if any(word.endswith("worker.py") for word in engine.cmdline())
    ]


def asked_to_end(folder: Path, number: signal.Signals, moment: Callable[[psutil.Process, int], bool]) -> None:
    """The whole command, resumed and then ended at that moment."""
    log = folder / "engine.log"
    before = log.stat().st_size
    with resumed(folder) as process:
        qdoctor = psutil.Process(process.pid)
        deadline = time.monotonic() + WAIT_S
        while not moment(qdoctor, log.read_bytes()[before:].count(b"init engine")):
            assert time.monotonic() < deadline
            assert process.poll() is None, "the check ended before the moment came"
            time.sleep(0.02)
        family = qdoctor.children(recursive=True)
        process.send_signal(number)
        _, told = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert not [one for one in family if one.is_running()]
    assert whole(folder)
    report = read_record(folder / "report.json", Report)
    assert report.provenance.interrupted


def starting_in(qdoctor: psutil.Process, stood: int) -> bool:
    return stood == 0 and bool(_engines(qdoctor))


def standing_in(qdoctor: psutil.Process, stood: int) -> bool:
    return stood > 0


@contextmanager
def resumed(folder: Path) -> Iterator[subprocess.Popen[str]]:
    line = [*QDOCTOR, "check", "--resume", str(folder)]
    process = subprocess.Popen(
        line, env=no_gpu(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def whole(folder: Path) -> bool:
    """No file is half written, and the report stands in all its forms."""
    for path in folder.rglob("*.json"):
        json.loads(path.read_text())
    forms = all((folder / name).stat().st_size > 0 for name in ("report.json", "report.html", "report.md"))
    return forms and not list(folder.rglob("*.tmp"))


def failures(report: Report) -> list[str]:
    return [run.reason for run in report.runs if run.status == "failed"]


def but_times(report: Report) -> dict[str, Any]:
    """What does not hang on how fast the machine just was."""
    runs = [
        {name: getattr(run, name) for name in ("arm", "repeat", "position", "status", "prompt_tokens")}
        | {"output_tokens": run.output_tokens, "reason": run.reason}
        | {"engine": run.engine and run.engine.model_dump(exclude={"start_s"})}
        for run in report.runs
    ]
    arms = [(one.arm, one.basis, one.runs_ok) for one in report.measurements]
    plan = report.plan and report.plan.model_dump(exclude={"rounds"})
    return {"runs": runs, "arms": arms, "plan": plan, "accounting": report.accounting}
