from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_application_clock_below_its_default(tmp_path: Path) -> None:
    result = judge("gpu-clocks", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "warning"
    assert result.summary == "GPU 1: application clock set to 900 MHz, its default is 1275 MHz"
    assert result.remedy is not None
    assert result.remedy.command == "sudo nvidia-smi -i 1 -rac"


def test_locked_clocks_show_in_the_event_bits(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"throttle_reasons": 0x2, "sm_clock_mhz": 705.0})
    result = judge("gpu-clocks", environment.model_copy(update={"gpus": (gpu,)}))
    assert result.state == "warning"
    assert "705 of 1410 MHz (50 %)" in result.summary


def test_idle_clock_is_no_finding_and_silence_is_unknown(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("gpu-clocks", environment).state == "ok"
    silent = environment.gpus[0].model_copy(update={"sm_clock_max_mhz": None})
    assert judge("gpu-clocks", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
