from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_off_on_and_silence(tmp_path: Path) -> None:
    off = judge("persistence-mode", machine_with(tmp_path, "a100_pcie_power_cap"))
    assert off.state == "warning"
    assert off.remedy is not None
    assert off.remedy.command == "sudo nvidia-smi -i 0 -pm 1"
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("persistence-mode", environment).state == "ok"
    silent = environment.gpus[0].model_copy(update={"persistence_enabled": None})
    assert judge("persistence-mode", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
