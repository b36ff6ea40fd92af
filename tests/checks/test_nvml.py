from __future__ import annotations

from pathlib import Path

from doctor.probes.environment import read_environment
from tests.checks.judging import judge, machine_with
from tests.probes.machines import make_machine, printing
from tests.probes.test_nvidia_smi import TEXT


def test_gpu_behind_a_broken_nvml(tmp_path: Path) -> None:
    environment = read_environment("python", make_machine(tmp_path, run=printing(TEXT)))
    result = judge("nvml", environment)
    assert result.state == "problem"
    assert "1024 to 256" in (result.cost.text if result.cost else "")


def test_answers_and_no_gpu(tmp_path: Path) -> None:
    assert judge("nvml", machine_with(tmp_path, "a100_sxm")).state == "ok"
    assert judge("nvml", machine_with(tmp_path)).state == "skipped"
