"""GPU files: complete, unambiguous, and extended by one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.errors import InputError, UsageError
from doctor.performance.gpus import GPU_FOLDER, find_gpu, gpu_ids, gpu_of, load_gpu
from doctor.performance.kernel_tables import KERNEL_FOLDER, shipped_table
from doctor.performance.kernel_times import kernel_times
from doctor.performance.predict import predict
from doctor.schema.setup import Hardware
from tests.performance import models
from tests.performance.setups import setup

# fmt: off
ASKED = [
    "a100-sxm-80g", "a100-pcie-80g", "h100-sxm", "h100-pcie", "h200", "h20", "l40s", "l20", "l4",
    "a10", "a40", "rtx-3090", "rtx-4090", "rtx-5090", "rtx-pro-6000", "b200", "v100-sxm-32g", "t4",
    "mi300x",
]
# fmt: on

NEW = """
name: Made-up GPU
aliases: [made-up]
architecture: none
memory_gib: {value: 48, source: this test}
bandwidth_gb_s: {value: 1000, source: this test}
bf16_tflops: {value: 100, source: this test}
power_w: {value: 300, source: this test}
l2_mb: {value: 40, source: this test}
"""


@pytest.mark.parametrize("gpu_id", gpu_ids())
def test_every_file_is_valid_and_its_kernels_can_be_found(gpu_id: str) -> None:
    gpu = load_gpu(GPU_FOLDER / f"{gpu_id}.yaml")
    assert kernel_times(gpu).gemm(4096, 4096, 64, dtype="bfloat16", weight_bytes=2.0) > 0
    if gpu.kernel_table:
        table = shipped_table(gpu.kernel_table)
        assert table.gpu == gpu_id
        assert table.roofline.bandwidth_gb_s == gpu.bandwidth_gb_s.value


def test_the_gpus_that_were_asked_for_are_there() -> None:
    assert set(ASKED) <= set(gpu_ids())


def test_no_two_gpus_share_a_name() -> None:
    names = [n for i in gpu_ids() for n in (i, *load_gpu(GPU_FOLDER / f"{i}.yaml").aliases)]
    assert len(names) == len(set(names))


def test_adding_a_gpu_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "made-up-48g.yaml").write_text(NEW)
    gpu_id, gpu = find_gpu("Made-up", tmp_path)
    assert (gpu_id, gpu.memory_bytes) == ("made-up-48g", 48 * 2**30)
    times = kernel_times(gpu)
    assert times.basis == "data sheet"
    stream = 2.0 * 8192 * 8192 / times.gemm(8192, 8192, 1, dtype="bfloat16", weight_bytes=2.0)
    assert stream == pytest.approx(0.8 * 1e12, rel=0.02)


def test_a_gpu_of_ones_own_is_predicted_from_its_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "made-up-48g.yaml"
    path.write_text(NEW)
    p = predict(setup(models.QWEN3_8B, 200, 50, 20), str(path))
    assert (p.device, p.device_name, p.kernel_basis) == ("made-up-48g", "Made-up GPU", "data sheet")
    path.write_text(NEW.replace("value: 1000", "value: 2000").replace("value: 100,", "value: 200,"))
    twice = predict(setup(models.QWEN3_8B, 200, 50, 20), str(path))
    assert 1.5 < twice.rates.requests_per_s / p.rates.requests_per_s < 2.0


@pytest.mark.parametrize("broken", [NEW.replace("value: 1000", "value: -1"), NEW + "surprise: 1\n", "[", "1"])
def test_a_broken_file_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(broken)
    with pytest.raises(InputError, match=r"x\.yaml"):
        load_gpu(path)


@pytest.mark.parametrize(
    ("name", "gpu_id"),
    [
        ("A100", "a100-sxm-80g"),
        ("NVIDIA H200", "h200"),
        ("nvidia a100-sxm4-80gb", "a100-sxm-80g"),
        ("4090", "rtx-4090"),
    ],
)
def test_gpus_are_found_as_people_and_drivers_name_them(name: str, gpu_id: str) -> None:
    assert find_gpu(name)[0] == gpu_id


def test_hardware_of_a_setup_names_its_gpu() -> None:
    assert gpu_of(Hardware(accelerator="A100", form_factor="PCIe", memory_gb=40)) == "a100-pcie-40g"
    assert gpu_of(Hardware(accelerator="A100", memory_gb=80)) == "a100-sxm-80g"
    assert gpu_of(Hardware(accelerator="abacus")) is None
    assert gpu_of(Hardware()) is None


def test_an_unknown_gpu_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="a100-sxm-80g"):
        find_gpu("abacus")


def test_shipped_tables_are_small_and_attributed() -> None:
    assert sum(p.stat().st_size for p in KERNEL_FOLDER.glob("*.json")) < 400_000
    assert "Apache License" in (KERNEL_FOLDER / "NOTICE").read_text()
