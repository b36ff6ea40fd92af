from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_pending_failed_none_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "two_a100_unwell")
    assert judge("memory-repairs", environment).state == "warning"

    def with_gpu(**fields: bool | None) -> str:
        gpu = environment.gpus[1].model_copy(update=fields)
        return judge("memory-repairs", environment.model_copy(update={"gpus": (gpu,)})).state

    assert with_gpu() == "ok"
    assert with_gpu(repairs_failed=True) == "problem"
    assert with_gpu(repairs_pending=None) == "unknown"
