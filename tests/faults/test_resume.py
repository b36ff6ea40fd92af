"""After every fault, --resume comes to what an uninterrupted check comes to, in all but the times."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from doctor.engines.host import Limits
from doctor.errors import EngineError, RunDirectoryError
from doctor.rundir import RunDirectory
from doctor.schema.report import Report
from doctor.schema.run import Run
from tests.faults.conftest import Check, FakeEngine, without_times


@pytest.fixture
def undisturbed(check: Check, tmp_path: Path) -> dict[str, Any]:
    report = check(tmp_path / "undisturbed")
    assert {run.status for run in report.runs} == {"ok"}
    assert report.plan is not None
    assert report.plan.rounds > 2  # decided from results, so that a fault can lead astray
    return without_times(report)


START_FAULTS = ["exit", "killed", "hang", "raise", "worker dies", "odd facts"]
RUN_FAULTS = [
    "exit",
    "killed",
    "killed in the middle of a line",
    "worker dies",
    "raise",
    "silence",
    "stopped",
    "out of memory",
]


@pytest.mark.parametrize("fault", START_FAULTS)
def test_a_start_that_fails(
    check: Check, engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any], fault: str
) -> None:
    engine.plan(start=[fault])
    hurt = check(tmp_path / "run")
    assert "failed" in {run.status for run in hurt.runs}
    assert any("failed" in detail for detail in hurt.verdict.details)
    assert without_times(check(tmp_path / "run")) == undisturbed


@pytest.mark.parametrize("fault", RUN_FAULTS)
def test_a_run_that_fails(
    check: Check, engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any], fault: str
) -> None:
    engine.plan(run=["", fault])
    hurt = check(tmp_path / "run")
    assert [run.position for run in hurt.runs if run.status == "failed"] == [1]
    assert hurt.runs[1].log_tail
    assert without_times(check(tmp_path / "run")) == undisturbed


def test_an_engine_that_dies_between_two_runs(
    check: Check, engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    engine.plan(run=["", "killed afterwards"])
    hurt = check(tmp_path / "run")
    (failed,) = [run for run in hurt.runs if run.status == "failed"]
    assert failed.position == 2
    assert re.match(r"The engine died .* this arm( began)? \(killed by signal 9\)", failed.reason)
    assert without_times(check(tmp_path / "run")) == undisturbed


def test_garbage_and_a_hundred_megabytes_of_log_change_nothing(
    check: Check,
    engine: FakeEngine,
    tmp_path: Path,
    undisturbed: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("doctor.engines.host.LIMITS", Limits())  # a busy machine takes its time over these
    engine.plan(run=["garbage", "loud"])
    assert without_times(check(tmp_path / "run")) == undisturbed
    assert (tmp_path / "run" / "engine.log").stat().st_size < 4_000_000


@pytest.mark.parametrize("looks", [1, 3, 6, 12])
def test_an_interruption_while_the_engine_is_waited_for(
    check: Check, tmp_path: Path, undisturbed: dict[str, Any], looks: int
) -> None:
    def interrupt() -> None:
        nonlocal looks
        looks -= 1
        if looks < 0:
            raise KeyboardInterrupt

    stopped = check(tmp_path / "run", while_waiting=interrupt)
    assert stopped.provenance.interrupted
    assert len(stopped.runs) < len(undisturbed["runs"])
    assert (tmp_path / "run" / "report.html").is_file()
    assert without_times(check(tmp_path / "run")) == undisturbed


@pytest.mark.parametrize("name", ["runs/0001.json", "plan.json", "request.json", "environment.json"])
def test_a_file_that_was_damaged_is_named_and_once_removed_made_again(
    check: Check, tmp_path: Path, undisturbed: dict[str, Any], name: str
) -> None:
    check(tmp_path / "run")
    damaged = tmp_path / "run" / name
    damaged.write_bytes(damaged.read_bytes()[:100])
    if name != "request.json":  # which a check writes anew, from what was asked
        with pytest.raises(RunDirectoryError, match=name):
            check(tmp_path / "run")
        damaged.unlink()
    assert without_times(check(tmp_path / "run")) == undisturbed


def test_nothing_is_measured_twice(check: Check, engine: FakeEngine, tmp_path: Path) -> None:
    first = check(tmp_path / "run")
    engine.plan(run=["killed"] * 9)
    assert check(tmp_path / "run").runs == first.runs


def test_an_engine_that_cannot_be_imported_leaves_a_directory_to_resume(
    check: Check, tmp_path: Path, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setenv("FAKE_WORKER", "no vllm")
        with pytest.raises(EngineError, match="No module named 'vllm'"):
            check(tmp_path / "run")
    assert without_times(check(tmp_path / "run")) == undisturbed


def test_judging_again_gives_the_same_report(check: Check, tmp_path: Path) -> None:
    from doctor.pipeline.check import judge

    made = check(tmp_path / "run")
    with RunDirectory(tmp_path / "run") as directory:
        assert without_times(judge(directory)) == without_times(made)
        assert isinstance(directory.read("report", Report), Report)
        assert all(isinstance(run, Run) for run in directory.runs())


def test_memory_that_runs_out_at_the_start_gives_advice_and_resumes(
    check: Check, engine: FakeEngine, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    # vLLM 0.32.0, v1/core/kv_cache_utils.py, shortened.
    words = "To serve at least one request with the model's max seq len (4096), (2.0 GiB KV cache is needed, "
    words += "which is larger than the available KV cache memory (1.0 GiB)."
    engine.plan(start=[f"memory: {words}"])
    hurt = check(tmp_path / "run")
    assert "--max-model-len 2048 fits" in hurt.runs[0].reason
    assert any("--max-model-len 2048 fits" in detail for detail in hurt.verdict.details)
    assert without_times(check(tmp_path / "run")) == undisturbed


def test_memory_that_runs_out_in_an_arm_gives_advice(
    check: Check, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.plan(run=["out of memory"])
    hurt = check(tmp_path / "run")
    assert "OutOfMemoryError" in hurt.runs[0].reason
    assert "Lower --max-model-len" in hurt.runs[0].reason
