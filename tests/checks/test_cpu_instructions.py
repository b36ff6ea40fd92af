from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import environment_of, judge, machine_with


@pytest.mark.parametrize(
    ("flags", "state"),
    [(("avx2", "avx512f"), "warning"), (("avx512f", "amx_bf16"), "ok"), (("asimd", "bf16"), "ok")],
)
def test_flags(flags: tuple[str, ...], state: str) -> None:
    assert judge("cpu-instructions", environment_of(cpu_flags=flags)).state == state


def test_unreadable_and_with_a_gpu(tmp_path: Path) -> None:
    assert judge("cpu-instructions", environment_of()).state == "unknown"
    assert judge("cpu-instructions", machine_with(tmp_path, "a100_sxm")).state == "skipped"
