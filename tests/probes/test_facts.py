from __future__ import annotations

from pathlib import Path

import pytest

from doctor.probes.facts import engine_gpus, environment_facts
from doctor.schema.setup import Scalar
from tests.checks.judging import environment_of, machine_with
from tests.probes.machines import make_machine


def values(root: Path, recording: str, **machine: object) -> dict[str, Scalar]:
    environment = machine_with(root, recording, **machine)  # type: ignore[arg-type]
    return {fact.path: fact.value for fact in environment_facts(environment)}


def test_a_healthy_gpu_clears_what_it_can(tmp_path: Path) -> None:
    facts = values(tmp_path, "a100_sxm")
    assert facts["gpu.name"] == "NVIDIA A100-SXM4-80GB"
    assert (facts["gpu.power_limit_share"], facts["gpu.pcie_width_share"]) == (1.0, 1.0)
    assert (facts["gpu.mig"], facts["gpu.tenants"]) == (False, False)
    assert "gpu.numa_local" not in facts  # one node, or not told: nothing is said
    assert "gpu.nvlink" not in facts  # one GPU needs no links


def test_a_lowered_power_limit_is_a_share_of_the_default(tmp_path: Path) -> None:
    assert values(tmp_path, "a100_pcie_power_cap")["gpu.power_limit_share"] == 0.667  # 200 of 300 W


def test_a_narrow_link(tmp_path: Path) -> None:
    assert values(tmp_path, "h100_x8_link")["gpu.pcie_width_share"] == 0.5


def test_a_tenant_is_named(tmp_path: Path) -> None:
    facts = values(tmp_path, "other_tenant", files={"/proc/4242/comm": "python3\n"})
    assert facts["gpu.tenants"] == "1 before the engine: python3 4242"


def test_a_slice(tmp_path: Path) -> None:
    assert values(tmp_path, "h200_mig_slice")["gpu.mig"] is True


def test_what_the_driver_does_not_tell_is_no_fact(tmp_path: Path) -> None:
    facts = values(tmp_path, "half_not_supported")
    assert facts["gpu.count"] == 1
    assert None not in facts.values()


def test_without_a_gpu_the_host_speaks_alone(tmp_path: Path) -> None:
    facts = values(tmp_path, "no_driver", environ={"OMP_NUM_THREADS": "16"}, cores=4)
    assert facts["env.OMP_NUM_THREADS"] == 16
    assert facts["cpu.count"] == 4
    assert not any(path.startswith("gpu.") for path in facts)


def test_cores_away_from_the_gpu(tmp_path: Path) -> None:
    files = {
        "/sys/devices/system/node/online": "0-1\n",
        "/sys/devices/system/node/node0/cpulist": "0-7\n",
        "/sys/devices/system/node/node1/cpulist": "8-15\n",
        "/sys/bus/pci/devices/0000:17:00.0/numa_node": "1\n",
    }
    make_machine(tmp_path, files)
    assert values(tmp_path, "a100_sxm", files=files, cores=8)["gpu.numa_local"] is False


@pytest.mark.parametrize(
    ("visible", "count", "indexes"),
    [
        (None, 1, [0]),
        (None, 2, [0, 1]),
        ("1", 1, [1]),
        ("1,0", 2, [1, 0]),
        ("GPU-1234", 1, [0]),
        ("", 2, [0, 1]),
    ],
)
def test_the_gpus_an_engine_takes(
    tmp_path: Path, visible: str | None, count: int, indexes: list[int]
) -> None:
    environment = machine_with(tmp_path, "two_a100_unwell")
    if visible is not None:
        environment = environment.model_copy(update={"engine_environment": {"CUDA_VISIBLE_DEVICES": visible}})
    assert [gpu.index for gpu in engine_gpus(environment, count)] == indexes


def test_every_fact_says_where_it_was_read(tmp_path: Path) -> None:
    for fact in environment_facts(machine_with(tmp_path, "other_tenant")):
        assert fact.origin.file == "environment.json"
        assert fact.origin.path
    assert environment_facts(environment_of(kernel="")) != ()
