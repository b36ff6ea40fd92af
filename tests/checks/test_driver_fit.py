from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


@pytest.mark.parametrize(
    ("torch_cuda", "state"),
    [
        ("12.4", "ok"),
        ("12.1", "ok"),
        ("11.8", "ok"),
        ("12.8", "warning"),
        ("13.0", "problem"),
        (None, "unknown"),
    ],
)
def test_torch_against_a_driver_that_serves_12_4(torch_cuda: str | None, state: str, tmp_path: Path) -> None:
    assert judge("driver-fit", machine_with(tmp_path, "a100_sxm", torch_cuda=torch_cuda)).state == state


def test_no_gpu(tmp_path: Path) -> None:
    assert judge("driver-fit", machine_with(tmp_path, torch_cuda="12.4")).state == "skipped"
