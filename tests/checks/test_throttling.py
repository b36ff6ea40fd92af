from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


def test_thermal_slow_down_is_a_problem(tmp_path: Path) -> None:
    result = judge("throttling", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "problem"
    assert "hardware slow-down, hardware thermal slow-down" in result.summary


def test_power_cap_is_a_warning_with_a_figure(tmp_path: Path) -> None:
    result = judge("throttling", machine_with(tmp_path, "a100_pcie_power_cap"))
    assert result.state == "warning"
    assert result.cost is not None
    assert "27 %" in result.cost.text


@pytest.mark.parametrize(
    ("mask", "state"), [(0x0, "ok"), (0x1, "ok"), (0x100, "ok"), (0x20, "warning"), (None, "unknown")]
)
def test_bits(mask: int | None, state: str, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"throttle_reasons": mask})
    assert judge("throttling", environment.model_copy(update={"gpus": (gpu,)})).state == state
