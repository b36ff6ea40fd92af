"""Ctrl-C, SIGTERM and worse to the whole command, at moments from its first second to its last."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from doctor.rundir import read_record
from doctor.schema.report import Report
from tests.faults.conftest import FAKE_WORKER, REFERENCE, Check, FakeEngine, make_engine

QDOCTOR = (sys.executable, "-c", "from doctor.cli import main; main()")
WAIT_S = 60.0
ARMS = ("--ablation", "single-request", "--ablation", "early-eos", "--repeats", "3")


def command(engine: FakeEngine, folder: Path) -> list[str]:
    wishes = ["--observed", "1000", "--observed-counts", "output", *ARMS]
    place = ["--output", str(folder), "--engine-python", str(engine.python)]
    return [*QDOCTOR, "check", "--reference", REFERENCE, *place, *wishes]


def resume(engine: FakeEngine, folder: Path) -> subprocess.CompletedProcess[str]:
    line = [*QDOCTOR, "check", "--resume", str(folder)]
    return subprocess.run(line, env=engine.environment, capture_output=True, text=True, check=False)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        assert process.poll() is None, "the check ended before the moment came"
        time.sleep(0.005)


def workers(engine: FakeEngine) -> list[psutil.Process]:
    """Whatever of the stand-in's processes still lives."""
    return [process for process in psutil.process_iter() if _is_of(process, engine)]


def _is_of(process: psutil.Process, engine: FakeEngine) -> bool:
    try:
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and str(FAKE_WORKER) in process.cmdline()
            and process.environ().get("FAKE_FAULTS") == str(engine.faults)
        )
    except psutil.Error:
        return False


def results(folder: Path) -> dict[str, Any]:
    """What was measured and concluded, without times and without how the machine was just then."""
    report = read_record(folder / "report.json", Report).model_dump(mode="json")
    runs = [
        {name: run[name] for name in ("arm", "repeat", "position", "status", "wall_s", "output_tokens")}
        for run in report["runs"]
    ]
    return {"runs": runs, **{name: report[name] for name in ("measurements", "ledgers", "verdict", "fixes")}}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a check comes to where nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    engine = make_engine(folder)
    subprocess.run(command(engine, folder / "run"), env=engine.environment, check=False, capture_output=True)
    return results(folder / "run")


MOMENTS: dict[str, tuple[signal.Signals, Callable[[Path], bool]]] = {
    "the directory is new": (signal.SIGINT, lambda folder: (folder / "request.json").exists()),
    "vLLM is imported": (signal.SIGTERM, lambda folder: (folder / "engine.log").exists()),
    "the engine starts": (signal.SIGINT, lambda folder: (folder / "plan.json").exists()),
    "the first run is under way": (signal.SIGTERM, lambda folder: b"running" in _read(folder / "engine.log")),
    "the terminal is closed": (signal.SIGHUP, lambda folder: b"running" in _read(folder / "engine.log")),
    "the first run is kept": (signal.SIGINT, lambda folder: (folder / "runs" / "0000.json").exists()),
    "the report is written": (signal.SIGTERM, lambda folder: (folder / "report.json").exists()),
}


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


@pytest.mark.parametrize("moment", MOMENTS)
def test_asked_to_end(
    check: Check, engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any], moment: str
) -> None:
    number, has_come = MOMENTS[moment]
    engine.plan(run=["slow"])
    folder = tmp_path / "run"
    process = subprocess.Popen(
        command(engine, folder), env=engine.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: has_come(folder), process)
    process.send_signal(number)
    _, told = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in told
    assert workers(engine) == []
    assert not list(folder.rglob("*.tmp"))
    report = read_record(folder / "report.json", Report)
    assert (folder / "report.html").stat().st_size > 10_000
    assert (folder / "report.md").stat().st_size > 100
    # What came too late to end the measuring leaves nothing out.
    assert report.provenance.interrupted == (len(report.runs) < len(undisturbed["runs"]))
    assert process.returncode == (130 if report.provenance.interrupted else 1)
    for path in folder.rglob("*.json"):
        json.loads(path.read_text())
    check(folder)  # goes on with it, in this process: faster, and the command line has done its part
    assert results(folder) == undisturbed


def test_killed_without_a_word(engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    engine.plan(run=["", "slow"])
    folder = tmp_path / "run"
    process = subprocess.Popen(command(engine, folder), env=engine.environment, text=True)
    wait_for((folder / "runs" / "0000.json").exists, process)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while workers(engine) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert workers(engine) == []
    done = resume(engine, folder)
    assert done.returncode == 1, done.stderr
    assert results(folder) == undisturbed


def test_a_third_request_ends_at_once(engine: FakeEngine, tmp_path: Path) -> None:
    code = (
        "import os, signal, time\nfrom doctor.interrupts import Interrupts\n"
        "with Interrupts().watch():\n"
        "  for left in (2, 1, 0):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(left, flush=True)\n"
        "  time.sleep(600)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "2\n1\n"
    assert "KeyboardInterrupt" in done.stderr
    assert done.stderr.count("stopping") == 1


def test_a_second_check_in_the_same_directory_is_refused(engine: FakeEngine, tmp_path: Path) -> None:
    engine.plan(run=["silence"])
    folder = tmp_path / "run"
    first = subprocess.Popen(
        command(engine, folder), env=engine.environment, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for((folder / "plan.json").exists, first)
    second = resume(engine, folder)
    first.terminate()
    assert second.returncode == 2
    assert "Another qdoctor is at work in this run directory" in second.stderr
    assert first.wait(WAIT_S) == 130


def test_signals_are_taken_back_when_the_watch_ends() -> None:
    from doctor.interrupts import Interrupts

    before = signal.getsignal(signal.SIGTERM)
    with Interrupts().watch() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupts.asked == 1
        with pytest.raises(KeyboardInterrupt):
            interrupts.raise_if_asked()
    assert signal.getsignal(signal.SIGTERM) == before
