from __future__ import annotations

from pathlib import Path

from tests.checks.judging import GIB, judge, machine_with


def test_tenant(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "other_tenant", files={"/proc/4242/comm": "python3\n"})
    result = judge("gpu-tenants", environment)
    assert result.state == "warning"
    assert "1 other process on the GPU, 30.5 GiB in use, 87 % busy" in result.summary
    assert "python3 4242" in result.readings[0].value


def test_tenant_whose_owner_is_not_visible(tmp_path: Path) -> None:
    result = judge("gpu-tenants", machine_with(tmp_path, "other_tenant"))
    assert "owner not visible" in result.readings[0].value


def test_memory_in_use_without_a_process(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"memory_used_bytes": 20 * GIB})
    result = judge("gpu-tenants", environment.model_copy(update={"gpus": (gpu,)}))
    assert result.state == "warning"
    assert "cannot be seen" in result.summary


def test_idle_gpu_and_one_that_tells_nothing(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    assert judge("gpu-tenants", environment).state == "ok"
    silent = environment.gpus[0].model_copy(update={"memory_used_bytes": None, "processes": None})
    assert judge("gpu-tenants", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
