from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "ok"),
        ({"VLLM_LOGGING_LEVEL": "INFO"}, "ok"),
        ({"VLLM_LOGGING_LEVEL": "debug"}, "warning"),
        ({"CUDA_LAUNCH_BLOCKING": "1"}, "warning"),
        ({"CUDA_LAUNCH_BLOCKING": "0"}, "ok"),
        ({"VLLM_ATTENTION_BACKEND": "FLASHINFER"}, "warning"),
        ({"VLLM_ATTENTION_BACKEND": ""}, "ok"),
        ({"CUDA_VISIBLE_DEVICES": ""}, "problem"),
        ({"CUDA_VISIBLE_DEVICES": "0"}, "ok"),
    ],
)
def test_values(environ: dict[str, str], state: str, tmp_path: Path) -> None:
    assert judge("engine-variables", machine_with(tmp_path, "a100_sxm", environ=environ)).state == state


def test_the_command_undoes_all_of_them(tmp_path: Path) -> None:
    environ = {"CUDA_LAUNCH_BLOCKING": "1", "TORCH_COMPILE_DISABLE": "1"}
    result = judge("engine-variables", machine_with(tmp_path, environ=environ))
    assert result.remedy is not None
    assert result.remedy.command == "unset CUDA_LAUNCH_BLOCKING TORCH_COMPILE_DISABLE"
