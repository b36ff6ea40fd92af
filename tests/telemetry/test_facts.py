from __future__ import annotations

from typing import Any, Literal

import pytest

from doctor.schema.run import HostSample, Run
from doctor.schema.setup import Scalar
from doctor.telemetry.facts import run_facts, telemetry_lost


def made(*samples: dict[str, Any], position: int = 0, status: Literal["ok", "failed"] = "ok") -> Run:
    host = tuple(HostSample(t_s=float(second), **sample) for second, sample in enumerate(samples))
    return Run(
        arm="reference",
        repeat=0,
        engine_start=0,
        position=position,
        status=status,
        wall_s=9.0,
        host_samples=host,
    )


def facts(*runs: Run, cores: int | None = 8) -> dict[str, Scalar]:
    return {fact.path: fact.value for fact in run_facts(runs, cores)}


AT_WORK = {"gpu_utilization_percent": 98.0}


def test_only_a_gpu_at_work_is_held_back() -> None:
    idle = {"gpu_utilization_percent": 0.0, "gpu_throttle_reasons": 0x60}
    seen = facts(
        made(
            idle,
            idle,
            *[{**AT_WORK, "gpu_throttle_reasons": 0x4}] * 3,
            {**AT_WORK, "gpu_throttle_reasons": 0},
        )
    )
    assert seen["gpu.throttle.sw_power_cap"] == "in 3 of 4 samples of the GPU at work"
    assert seen["gpu.throttle.sw_thermal"] is False
    assert seen["gpu.throttle.hw_thermal"] is False


def test_a_reason_that_showed_once_in_a_long_run_is_passed_over() -> None:
    calm = [{**AT_WORK, "gpu_throttle_reasons": 0}] * 99
    assert facts(made(*calm, {**AT_WORK, "gpu_throttle_reasons": 0x40}))["gpu.throttle.hw_thermal"] is False


def test_what_others_used_is_the_machine_less_the_engine() -> None:
    # 8 cores at 50 % are 4 cores; the engine used 2.5 of them.
    seen = facts(made(*[{"cpu_machine_percent": 50.0, "cpu_engine_percent": 250.0}] * 3))
    assert (seen["cpu.engine_cores"], seen["cpu.other_cores"]) == (2.5, 1.5)


def test_the_quota_counts_from_the_first_sample_of_each_run() -> None:
    def counted(periods: int, stopped: int) -> dict[str, int]:
        return {"cpu_quota_periods": periods, "cpu_quota_stopped": stopped}

    first = made(counted(1000, 900), counted(1100, 910))
    second = made(counted(2000, 1500), counted(2300, 1530), position=1)
    assert facts(first, second)["cpu.quota_stopped_share"] == 0.1  # 10 + 30 of 100 + 300


@pytest.mark.parametrize("cores", [None, 8])
def test_without_samples_there_are_no_facts(cores: int | None) -> None:
    assert facts(cores=cores) == {}
    assert facts(made(), made({}, {}), cores=cores) == {}


def test_failed_runs_do_not_speak() -> None:
    assert facts(made({"cpu_machine_percent": 99.0, "cpu_engine_percent": 0.0}, status="failed")) == {}


def test_the_origin_names_the_runs() -> None:
    runs = [made({**AT_WORK}, position=3), made({**AT_WORK}, position=7)]
    (fact,) = run_facts(runs, 8)
    assert str(fact.origin) == "runs/0003.json to 0007.json, host_samples"


def test_a_driver_that_died_in_the_middle_is_told() -> None:
    lost = made({"gpu_sm_clock_mhz": 1400.0}, {"gpu_sm_clock_mhz": 1400.0}, {}, {}, position=5)
    assert telemetry_lost([lost, made({"gpu_sm_clock_mhz": 1.0}), made({}, {})]) == (
        "Run 5: the GPU's driver stopped to answer after 2 s.",
    )
