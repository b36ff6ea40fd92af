from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_hot_gpu_is_named(tmp_path: Path) -> None:
    result = judge("gpu-temperature", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "warning"
    assert result.summary == "GPU 0: 88 °C, and the GPU slows down at 89 °C"


def test_cool_gpu_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("gpu-temperature", environment).state == "ok"
    no_threshold = environment.gpus[0].model_copy(update={"temperature_slowdown_c": None})
    assert judge("gpu-temperature", environment.model_copy(update={"gpus": (no_threshold,)})).state == "ok"
    silent = environment.gpus[0].model_copy(update={"temperature_c": None})
    assert judge("gpu-temperature", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
