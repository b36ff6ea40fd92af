from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_slice(tmp_path: Path) -> None:
    result = judge("mig", machine_with(tmp_path, "h200_mig_slice"))
    assert result.state == "warning"
    assert result.summary == "a MIG slice, not the whole GPU (3g.71gb: 69.8 GiB, 50 % of the memory)"


def test_mig_mode_without_a_visible_slice(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "h200_mig_slice")
    gpu = environment.gpus[0].model_copy(update={"mig_slices": ()})
    result = judge("mig", environment.model_copy(update={"gpus": (gpu,)}))
    assert "no slice that can be seen" in result.summary


def test_whole_gpu_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("mig", environment).state == "ok"
    silent = environment.gpus[0].model_copy(update={"mig_enabled": None})
    assert judge("mig", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
