from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_narrow_link(tmp_path: Path) -> None:
    result = judge("pcie-link", machine_with(tmp_path, "h100_x8_link"))
    assert result.state == "warning"
    assert result.summary == "the link has 8 of 16 lanes"


def test_sleeping_link_of_an_idle_gpu_is_no_finding(tmp_path: Path) -> None:
    result = judge("pcie-link", machine_with(tmp_path, "l4"))
    assert result.state == "ok"
    assert "asleep" in result.summary


def test_slow_link_at_work_is_one(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "l4")
    busy = environment.gpus[0].model_copy(update={"throttle_reasons": 0, "performance_state": 0})
    result = judge("pcie-link", environment.model_copy(update={"gpus": (busy,)}))
    assert result.state == "warning"
    assert "generation 1 of 4" in result.summary


def test_full_link_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("pcie-link", environment).summary == "x16, generation 4"
    silent = environment.gpus[0].model_copy(update={"pcie_width": None})
    assert judge("pcie-link", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
