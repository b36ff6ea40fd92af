"""The driver against a stand-in worker: faults that a real engine cannot be made to have on demand.

The stand-in (fake_worker.py) is a fake. That the driver drives a real engine is shown in tests/engine.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from doctor.engines import watch
from doctor.engines.host import ArmFailedError, EngineHost, Limits
from doctor.engines.log import HEAD_BYTES, LONGEST_LINE, TAIL_LINES
from doctor.errors import EngineError

FAKE_WORKER = Path(__file__).with_name("fake_worker.py")
JOB = {"id": "reference#0", "workload": {"num_prompts": 8, "input_len": 32, "output_len": 32}}
SHORT_S = 1.5
AMPLE_S = 60.0


def host(folder: Path, fault: str = "", *, stall_s: float = AMPLE_S, start_s: float = AMPLE_S) -> EngineHost:
    return EngineHost(
        sys.executable,
        folder / "engine.log",
        {"FAKE_WORKER": fault},
        limits=Limits(start_s=start_s, stall_s=stall_s),
        script=FAKE_WORKER,
    )


def start(driver: EngineHost, fault: str = "") -> None:
    driver.start_engine({"fault": fault}, {})


def run(driver: EngineHost, fault: str = "", **job: Any) -> Mapping[str, Any]:
    return driver.run({**JOB, "fault": fault, **job}, lambda event: None)


def gone(pid: int) -> bool:
    """Whether that process ended, or at most awaits being reaped by a parent that is not ours."""
    for _ in range(500):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_an_engine_starts_runs_and_stops(tmp_path: Path) -> None:
    events: list[Mapping[str, Any]] = []
    with host(tmp_path) as driver:
        facts = driver.start_engine({}, {})
        assert (facts.vllm_version, facts.kv_cache_tokens) == ("0.0.fake", 2048)
        pid = driver.engine_pid
        assert pid is not None
        result = driver.run(JOB, events.append)
        assert result["prompt_tokens"] == [32] * 8
        assert [event["output_tokens"] for event in events] == [10]
        driver.stop_engine()
        assert driver.engine_pid is None
        assert gone(pid)
    assert "running reference#0" in (tmp_path / "engine.log").read_text()


def test_one_worker_serves_engine_after_engine(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        workers = set()
        for _ in range(3):
            start(driver)
            run(driver)
            driver.stop_engine()
            workers.add(driver.ready["pid"])
        assert len(workers) == 1


def test_a_worker_that_cannot_fork_is_replaced_for_the_next_engine(tmp_path: Path) -> None:
    with host(tmp_path, "cannot fork") as driver:
        workers = []
        for _ in range(2):
            start(driver)
            workers.append(driver.ready["pid"])
            assert driver.engine_pid == workers[-1]
            run(driver)
            driver.stop_engine()
        assert workers[0] != workers[1]
        assert gone(workers[0])


@pytest.mark.parametrize(
    "fault", ["exit", "killed", "killed in the middle of a line", "worker dies", "raise"]
)
def test_an_arm_that_loses_the_engine_fails_alone(tmp_path: Path, fault: str) -> None:
    with host(tmp_path) as driver:
        start(driver)
        run(driver)
        with pytest.raises(ArmFailedError):
            run(driver, fault)
        assert driver.engine_pid is None
        assert driver.log_tail(1) == ("running reference#0",)
        start(driver)
        assert run(driver)["wall_s"] == 2.0


def test_a_killed_engine_is_called_killed(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver)
        with pytest.raises(ArmFailedError, match="killed by signal 9"):
            run(driver, "killed")


def test_an_arm_that_raises_says_what_was_raised(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver)
        with pytest.raises(ArmFailedError, match="RuntimeError: out of blocks"):
            run(driver, "raise")


def test_silence_in_an_arm_ends_the_engine_and_the_next_arm_is_not_blamed(tmp_path: Path) -> None:
    with host(tmp_path, stall_s=SHORT_S) as driver:
        start(driver)
        pid = driver.engine_pid
        assert pid is not None
        with pytest.raises(ArmFailedError, match=r"hung while running reference#0: nothing moved for 1\.5 s"):
            run(driver, "silence")
        assert driver.engine_pid is None
        assert gone(pid)
        start(driver)
        assert run(driver)["wall_s"] == 2.0


def test_a_hang_in_start_up_is_ended_and_named(tmp_path: Path) -> None:
    with host(tmp_path, start_s=SHORT_S) as driver:
        with pytest.raises(EngineError, match=r"hung while starting: it was not up after 1\.5 s"):
            start(driver, "hang")
        assert driver.engine_pid is None
        assert "starting with hang" in driver.log_tail(1)


def test_a_hang_of_the_worker_itself_is_ended_too(tmp_path: Path) -> None:
    with host(tmp_path, start_s=SHORT_S) as driver:
        os.kill(driver.ready["pid"], 19)  # SIGSTOP: it never takes up the job
        with pytest.raises(EngineError, match="hung while starting"):
            start(driver)
        assert gone(driver.ready["pid"])


@pytest.mark.parametrize("fault", ["exit", "worker dies", "odd facts"])
def test_an_engine_that_does_not_come_up_is_an_error_and_the_next_one_can(tmp_path: Path, fault: str) -> None:
    with host(tmp_path) as driver:
        with pytest.raises(EngineError) as caught:
            start(driver, fault)
        assert not isinstance(caught.value, ArmFailedError)
        assert driver.engine_pid is None
        start(driver)
        run(driver)


def test_a_refused_start_gives_the_first_line_of_the_engines_own_words(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        with pytest.raises(EngineError) as caught:
            start(driver, "raise")
        assert caught.value.what == "The engine did not start: ValueError: No available memory"
        assert "engine.log" in caught.value.next_step


def test_garbage_on_the_event_channel_is_passed_over(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver)
        assert run(driver, "garbage")["output_tokens"] == [32] * 8


def test_a_hundred_megabytes_of_log_stay_within_bounds(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver)
        run(driver, "loud", megabytes=100)
    assert driver.log_tail(1) == ("the last words",)
    assert (tmp_path / "engine.log").stat().st_size <= HEAD_BYTES + TAIL_LINES * LONGEST_LINE + 100


def test_what_an_engine_leaves_behind_goes_with_it(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver, "leaves a process behind")
        pid = driver.engine_pid
        assert pid is not None
        (left,) = psutil.Process(pid).children()
        run(driver)
        driver.stop_engine()
        assert gone(left.pid)


def test_leaving_the_host_ends_everything(tmp_path: Path) -> None:
    with host(tmp_path) as driver:
        start(driver)
        pids = [driver.engine_pid, driver.ready["pid"]]
    assert all(gone(pid) for pid in pids if pid)


def test_an_engine_that_does_not_stop_is_made_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "STOP_LIMIT_S", SHORT_S)
    with host(tmp_path, stall_s=SHORT_S) as driver:
        start(driver)
        pid = driver.engine_pid
        assert pid is not None
        os.kill(pid, 19)  # SIGSTOP: deaf to the request to stop
        driver.stop_engine()
        assert gone(pid)


def test_a_python_without_vllm_is_named_with_what_to_do(tmp_path: Path) -> None:
    driver = host(tmp_path, "no vllm")
    with pytest.raises(EngineError, match="No module named 'vllm'") as caught, driver:
        pass
    assert caught.value.where == sys.executable
    assert "--engine-python" in caught.value.next_step


def test_a_worker_that_dies_at_once_is_an_error_and_its_words_are_kept(tmp_path: Path) -> None:
    driver = host(tmp_path, "dies at once")
    with pytest.raises(EngineError, match="ended while importing vLLM"), driver:
        pass
    assert (tmp_path / "engine.log").read_text() == "Illegal instruction\n"


@pytest.mark.parametrize("interpreter", ["/nowhere/python", "no-such-python"])
def test_an_interpreter_that_is_not_there(tmp_path: Path, interpreter: str) -> None:
    with pytest.raises(EngineError, match="could not be started") as caught:
        EngineHost(interpreter, tmp_path / "engine.log", {}, script=FAKE_WORKER)
    assert caught.value.where == interpreter


def test_a_relative_interpreter_is_found_from_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "python").symlink_to(sys.executable)
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path)
    driver = EngineHost("venv/python", tmp_path / "run" / "engine.log", {}, script=FAKE_WORKER)
    with driver:
        assert driver.ready["event"] == "ready"
