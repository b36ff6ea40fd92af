from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


def test_exclusive_process_from_the_driver(tmp_path: Path) -> None:
    result = judge("compute-mode", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "warning"
    assert "exclusive process" in result.summary


@pytest.mark.parametrize(("mode", "state"), [("default", "ok"), ("prohibited", "problem"), (None, "unknown")])
def test_modes(mode: str | None, state: str, tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    gpu = environment.gpus[0].model_copy(update={"compute_mode": mode})
    assert judge("compute-mode", environment.model_copy(update={"gpus": (gpu,)})).state == state
