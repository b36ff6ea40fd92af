"""The readings of a machine through the real probes, to the findings of a check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doctor.pipeline.settling import Settled, settle
from doctor.pipeline.surroundings import machine_findings
from doctor.references import load_reference
from doctor.schema.environment import Environment
from doctor.schema.finding import Finding
from doctor.schema.plan import Plan, Replica
from doctor.schema.request import CheckRequest
from doctor.schema.run import HostSample, Run
from tests.checks.judging import machine_with

EIGHT_CORES = {"/sys/devices/system/cpu/online": "0-7\n"}
AT_WORK = {"gpu_utilization_percent": 97.0, "gpu_throttle_reasons": 0, "cpu_engine_percent": 150.0}


@pytest.fixture(scope="module")
def settled() -> Settled:
    request = CheckRequest(reference="qwen1.5-7b-chat-a100-80g", engine_python="python", budget_s=60.0)
    return settle(request, load_reference(request.reference))


def findings(
    settled: Settled, environment: Environment, *, replica: bool = False, **sample: Any
) -> dict[str, Finding]:
    run = run_with(*[{**AT_WORK, "cpu_machine_percent": 25.0, **sample}] * 5)
    stand_in = Replica(why="no GPU", length_scale=0.03, sequence_scale=0.1) if replica else None
    plan = Plan(arms=(), seed=0, budget_s=60.0, schedule=(), replica=stand_in)
    found = machine_findings(settled, environment, plan, (run,), already=())
    return {finding.cause: finding for finding in found}


def run_with(*samples: dict[str, Any]) -> Run:
    told = tuple(HostSample(t_s=float(second), **sample) for second, sample in enumerate(samples))
    return Run(
        arm="reference", repeat=0, engine_start=0, position=0, status="ok", wall_s=5.0, host_samples=told
    )


def test_a_power_cap_is_confirmed(settled: Settled, tmp_path: Path) -> None:
    found = findings(settled, machine_with(tmp_path, "a100_pcie_power_cap"), gpu_throttle_reasons=0x4)
    assert found["power-cap"].status == "confirmed"
    assert [line.source for line in found["power-cap"].evidence] == [
        "environment.json, gpus.power_limit_w / power_limit_default_w",
        "runs/0000.json, host_samples",
    ]


def test_a_cap_at_the_default_limit_is_every_cards(settled: Settled, tmp_path: Path) -> None:
    found = findings(settled, machine_with(tmp_path, "a100_sxm"), gpu_throttle_reasons=0x4)
    assert found["power-cap"].status == "inconclusive"
    assert "default limit" in found["power-cap"].summary


def test_heat_during_the_runs(settled: Settled, tmp_path: Path) -> None:
    found = findings(settled, machine_with(tmp_path, "a100_sxm"), gpu_throttle_reasons=0x20)
    assert found["thermal-throttle"].status == "confirmed"


def test_another_tenant(settled: Settled, tmp_path: Path) -> None:
    found = findings(settled, machine_with(tmp_path, "other_tenant"))
    assert found["gpu-shared-process"].status == "confirmed"


def test_a_narrow_link(settled: Settled, tmp_path: Path) -> None:
    assert (
        findings(settled, machine_with(tmp_path, "h100_x8_link"))["pcie-link-degraded"].status == "confirmed"
    )


def test_a_healthy_machine_rules_out(settled: Settled, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm", files=EIGHT_CORES)
    found = findings(settled, environment)
    ruled_out = {cause for cause, finding in found.items() if finding.status == "ruled out"}
    assert {"power-cap", "thermal-throttle", "gpu-shared-process", "pcie-link-degraded"} <= ruled_out
    assert {"host-contention", "mig-slice", "cpu-bound-engine"} <= ruled_out


@pytest.mark.parametrize(("stopped", "status"), [(40, "confirmed"), (0, "ruled out")])
def test_a_quota_by_what_it_stopped(settled: Settled, tmp_path: Path, stopped: int, status: str) -> None:
    environment = machine_with(tmp_path, "a100_sxm").model_copy(update={"cgroup_cpu_quota": 4.0})
    run = run_with(*[{"cpu_quota_periods": 100 * t, "cpu_quota_stopped": stopped * t} for t in range(3)])
    plan = Plan(arms=(), seed=0, budget_s=60.0, schedule=())
    found = {one.cause: one for one in machine_findings(settled, environment, plan, (run,), already=())}
    assert found["cpu-quota-throttling"].status == status


def test_a_cpu_hog(settled: Settled, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, files=EIGHT_CORES)
    found = findings(settled, environment, cpu_machine_percent=100.0)
    assert found["host-contention"].status == "confirmed"  # 6.5 of 8 cores, and the engine the rest


def test_on_a_replica_the_figure_comes_from_another_machine(settled: Settled, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, files=EIGHT_CORES)
    finding = findings(settled, environment, replica=True, cpu_machine_percent=100.0)["host-contention"]
    assert finding.status == "inconclusive"
    assert finding.summary.endswith("of the one that gave the figure it is not known.")


def test_what_was_judged_by_a_run_is_not_judged_again(settled: Settled, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    found = machine_findings(settled, environment, None, (), already=("power-cap",))
    assert "power-cap" not in {finding.cause for finding in found}
