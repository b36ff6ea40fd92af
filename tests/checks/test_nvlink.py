from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_links_down(tmp_path: Path) -> None:
    result = judge("nvlink", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "warning"
    assert result.summary == "GPU 1: 8 of 12 NVLinks are up"


def test_one_gpu_needs_none(tmp_path: Path) -> None:
    assert judge("nvlink", machine_with(tmp_path, "a100_sxm")).state == "skipped"


def test_cards_without_a_bridge_and_without_links(tmp_path: Path) -> None:
    for recording in ("a100_pcie_power_cap", "l4"):
        environment = machine_with(tmp_path, recording)
        pair = environment.model_copy(update={"gpus": environment.gpus * 2})
        assert judge("nvlink", pair).state == "ok"
