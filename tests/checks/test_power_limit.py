from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_lowered_limit(tmp_path: Path) -> None:
    result = judge("power-limit", machine_with(tmp_path, "a100_pcie_power_cap"))
    assert result.state == "warning"
    assert result.summary == "limit lowered to 200 W, 67 % of the default 300 W"
    assert result.cost is not None
    assert result.cost.source.startswith("https://")
    assert result.remedy is not None
    assert result.remedy.command == "sudo nvidia-smi -i 0 -pl 300"


def test_default_below_the_makers_figure(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"power_limit_w": 330.0, "power_limit_default_w": 330.0})
    result = judge("power-limit", environment.model_copy(update={"gpus": (gpu,)}))
    assert result.state == "warning"
    assert "sold with 400 W" in result.summary


def test_default_limit_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "h200_mig_slice")
    assert judge("power-limit", environment).state == "ok"
    silent = environment.gpus[0].model_copy(update={"power_limit_w": None})
    assert judge("power-limit", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
