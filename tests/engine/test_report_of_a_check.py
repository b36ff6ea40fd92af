"""The check of the README: a machine without a GPU, one observed figure, and what is written."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from doctor.rundir import RunDirectory, read_record
from doctor.schema.report import Report
from doctor.schema.run import Run
from tests.engine.conftest import Check, command, no_gpu

OBSERVED = ("--observed", "1000", "--observed-counts", "output")
ARMS = ("--ablation", "single-request", "--ablation", "early-eos", "--repeats", "2")


def test_the_figures_the_gap_and_the_arms(check: Check) -> None:
    done = check(*OBSERVED, *ARMS)
    accounting = done.report.accounting
    assert accounting.reference.requests_per_s == pytest.approx(1.149, abs=5e-4)
    assert accounting.reference.output_tokens_per_s == pytest.approx(1149.4, abs=0.05)
    assert accounting.reference.total_tokens_per_s == 2298.89
    (reading,) = accounting.readings
    observed = reading.observed
    assert (observed.requests_per_s, observed.output_tokens_per_s, observed.total_tokens_per_s) == (
        1,
        1000,
        2000,
    )
    assert reading.gap_output_tokens_per_s == pytest.approx(149.4, abs=0.05)
    assert reading.gap_fraction == pytest.approx(0.130, abs=5e-4)
    assert done.exit_code == 1, done.stderr

    assert done.report.plan is not None
    assert done.report.plan.replica is not None
    measured = {one.arm: one for one in done.report.measurements}
    assert set(measured) == {"reference", "single-request", "early-eos"}
    assert all(one.basis == "replica" and 1 <= one.runs_ok <= 2 for one in measured.values())
    assert measured["reference"].runs_ok == 2
    alone, together = measured["single-request"].rates, measured["reference"].rates
    assert alone is not None
    assert together is not None
    assert alone.output_tokens_per_s < together.output_tokens_per_s
    _delivered_what_was_asked(done.report)
    for name in ("report.html", "report.md", "report.json", "plan.json", "engine.log"):
        assert (done.directory / name).stat().st_size > 0
    assert "report.html" in done.stdout


def test_an_engine_killed_in_an_arm_leaves_a_report_that_names_it(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    line = command(directory, *OBSERVED, *ARMS)
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=no_gpu())
    victim = _engine_in_its_first_arm(process, directory)
    victim.send_signal(signal.SIGKILL)
    _, stderr = process.communicate(timeout=600)
    report = read_record(directory / "report.json", Report)
    failed = [run for run in report.runs if run.status == "failed"]
    assert len(failed) == 1, stderr
    assert "killed by signal 9" in failed[0].reason
    title = {arm.id: arm.title for arm in report.plan.arms}[failed[0].arm] if report.plan else ""
    assert any(title in detail and "failed" in detail for detail in report.verdict.details)
    assert sum(run.status == "ok" for run in report.runs) == len(report.runs) - 1
    assert process.returncode == 1
    assert not victim.is_running()

    resumed = subprocess.run(
        [*command(directory)[:3], "check", "--resume", str(directory)],
        check=False, capture_output=True, timeout=600, env=no_gpu(),
    )  # fmt: skip
    with RunDirectory(directory) as kept:
        assert {run.status for run in kept.runs()} == {"ok"}, resumed.stderr


def _engine_in_its_first_arm(process: subprocess.Popen[bytes], directory: Path) -> psutil.Process:
    """The forked engine, once it stands and its first arm has begun (kept runs: none yet)."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        log = directory / "engine.log"
        if log.exists() and b"init engine" in log.read_bytes():
            worker = psutil.Process(process.pid).children()[0]
            time.sleep(1)
            return worker.children()[0]
        assert process.poll() is None, "the check ended before its engine stood"
        time.sleep(0.1)
    raise AssertionError("the engine never stood")


def _delivered_what_was_asked(report: Report) -> None:
    assert report.plan is not None
    setups = {arm.id: arm.setup for arm in report.plan.arms}
    for run in report.runs:
        assert isinstance(run, Run)
        workload = setups[run.arm].workload
        assert run.prompt_tokens == (workload.input_len,) * workload.num_prompts
        assert run.output_tokens == (workload.output_len,) * workload.num_prompts
