from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


@pytest.mark.parametrize(
    ("capability", "state", "words"),
    [
        ("8.0", "ok", "float16, bfloat16; not float8, float4"),
        ("9.0", "ok", "float16, bfloat16, float8; not float4"),
        ("10.0", "ok", "float16, bfloat16, float8, float4"),
        ("7.5", "warning", "no bfloat16"),
        (None, "unknown", "does not tell"),
    ],
)
def test_capabilities(capability: str | None, state: str, words: str, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"compute_capability": capability})
    result = judge("dtype-support", environment.model_copy(update={"gpus": (gpu,)}))
    assert result.state == state
    assert words in result.summary
