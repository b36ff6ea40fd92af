from __future__ import annotations

import json
from pathlib import Path

import pytest

from doctor.probes.gpu import read_gpus
from tests.probes.fake_nvml import RECORDINGS, FakeNvml
from tests.probes.machines import make_machine

GIB = 1 << 30


def test_healthy_a100(tmp_path: Path) -> None:
    machine = make_machine(
        tmp_path, {"/sys/bus/pci/devices/0000:17:00.0/numa_node": "1\n"}, recording="a100_sxm"
    )
    reading = read_gpus(machine)
    (gpu,) = reading.gpus
    assert (reading.driver_version, reading.cuda_driver_version) == ("550.54.15", "12.4")
    assert gpu.name == "NVIDIA A100-SXM4-80GB"
    assert gpu.compute_capability == "8.0"
    assert gpu.memory_total_bytes == 80 * GIB
    assert gpu.power_limit_w == gpu.power_limit_default_w == 400
    assert gpu.sm_clock_max_mhz == 1410
    assert gpu.temperature_slowdown_c == 89
    assert (gpu.nvlinks_active, gpu.nvlinks_total) == (12, 12)
    assert gpu.numa_node == 1
    assert gpu.mig_enabled is False
    assert gpu.repairs_pending is False
    assert gpu.processes == ()
    assert gpu.source == "NVML"


def test_power_cap(tmp_path: Path) -> None:
    (gpu,) = read_gpus(make_machine(tmp_path, recording="a100_pcie_power_cap")).gpus
    assert (gpu.power_limit_w, gpu.power_limit_default_w) == (200, 300)
    assert gpu.throttle_reasons == 0x4
    assert (gpu.nvlinks_active, gpu.nvlinks_total) == (0, 12)


def test_narrow_link(tmp_path: Path) -> None:
    (gpu,) = read_gpus(make_machine(tmp_path, recording="h100_x8_link")).gpus
    assert (gpu.pcie_width, gpu.pcie_width_max) == (8, 16)


def test_mig_slice(tmp_path: Path) -> None:
    (gpu,) = read_gpus(make_machine(tmp_path, recording="h200_mig_slice")).gpus
    assert gpu.mig_enabled
    (slice_,) = gpu.mig_slices
    assert slice_.profile == "3g.71gb"
    assert slice_.multiprocessors == 60
    assert gpu.utilization_percent is None


def test_no_nvlink_is_none_and_not_zero(tmp_path: Path) -> None:
    (gpu,) = read_gpus(make_machine(tmp_path, recording="l4")).gpus
    assert (gpu.nvlinks_active, gpu.nvlinks_total) == (None, None)


def test_tenant_is_described_from_proc(tmp_path: Path) -> None:
    machine = make_machine(tmp_path, {"/proc/4242/comm": "python3\n"}, recording="other_tenant")
    (gpu,) = read_gpus(machine).gpus
    assert gpu.processes is not None
    (tenant,) = gpu.processes
    assert tenant.name == "python3"
    assert tenant.memory_used_bytes == 30700 << 20


def test_tenant_in_another_container_has_no_name(tmp_path: Path) -> None:
    (gpu,) = read_gpus(make_machine(tmp_path, recording="other_tenant")).gpus
    assert gpu.processes is not None
    assert gpu.processes[0].name == ""
    assert gpu.processes[0].same_user is None


def test_unsupported_questions_are_none_and_noted(tmp_path: Path) -> None:
    reading = read_gpus(make_machine(tmp_path, recording="half_not_supported"))
    (gpu,) = reading.gpus
    fields = gpu.model_dump()
    assert sum(value is None for value in fields.values()) > 8
    assert sum(value is not None for value in fields.values()) > 8
    assert "NVML did not answer" in reading.notes[0]


def test_no_driver(tmp_path: Path) -> None:
    reading = read_gpus(make_machine(tmp_path, recording="no_driver"))
    assert reading.gpus == ()
    assert reading.notes == ("NVML: NVML Shared Library Not Found",)


def test_session_is_closed_even_when_the_gpu_is_lost(tmp_path: Path) -> None:
    fake = FakeNvml.of("a100_sxm")
    fake.lost = True
    machine = make_machine(tmp_path)
    reading = read_gpus(type(machine)(root=tmp_path, run=machine.run, load_nvml=fake.load))
    assert reading.gpus == ()
    assert fake.open_sessions == 0


def test_missing_binding_is_a_note(tmp_path: Path) -> None:
    def no_module() -> object:
        raise ImportError("no module named pynvml")

    machine = make_machine(tmp_path)
    reading = read_gpus(type(machine)(root=tmp_path, run=machine.run, load_nvml=no_module))
    assert reading.notes == ("NVML: nvidia-ml-py is not installed",)


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.json")), ids=lambda path: path.stem)
def test_every_recording_says_where_it_comes_from_and_can_be_read(path: Path, tmp_path: Path) -> None:
    about = json.loads(path.read_text())["about"]
    assert about.startswith(("Composed by hand", "Recorded on"))
    read_gpus(make_machine(tmp_path, recording=path.stem))
