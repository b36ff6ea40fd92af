from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from doctor.probes.environment import read_environment
from tests.checks.judging import judge, machine_with
from tests.probes.fake_nvml import FakeNvml
from tests.probes.machines import make_machine


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        ("a100_sxm", "A100 SXM, 80 GiB, 2039 GB/s"),
        ("a100_pcie_power_cap", "A100 PCIe, 80 GiB, 1935 GB/s"),
        ("h100_x8_link", "H100 PCIe"),
        ("h200_mig_slice", "H200 SXM"),
        ("l4", "L4 PCIe"),
        ("two_a100_unwell", "all 2 GPUs: A100 SXM"),
    ],
)
def test_form_factor(recording: str, words: str, tmp_path: Path) -> None:
    result = judge("gpu-model", machine_with(tmp_path, recording))
    assert result.state == "ok"
    assert words in result.summary


def test_no_gpu_is_a_warning_that_names_the_replica(tmp_path: Path) -> None:
    result = judge("gpu-model", machine_with(tmp_path))
    assert result.state == "warning"
    assert "replica" in result.summary


def test_driver_that_does_not_fit_its_library_is_a_problem(tmp_path: Path) -> None:
    broken = FakeNvml({"init_error": 18, "devices": []})
    machine = dataclasses.replace(make_machine(tmp_path), load_nvml=broken.load)
    result = judge("gpu-model", read_environment("python", machine))
    assert result.state == "problem"
    assert "does not answer" in result.summary


def test_model_outside_the_table_is_unknown(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "l4")
    gpu = environment.gpus[0].model_copy(update={"name": "NVIDIA Q9000"})
    assert judge("gpu-model", environment.model_copy(update={"gpus": (gpu,)})).state == "unknown"
