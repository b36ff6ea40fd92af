from __future__ import annotations

from pathlib import Path

from tests.checks.judging import judge, machine_with


def test_uncorrected_errors(tmp_path: Path) -> None:
    result = judge("ecc", machine_with(tmp_path, "two_a100_unwell"))
    assert result.state == "problem"
    assert result.summary.startswith("GPU 0: 2 uncorrected memory errors")


def test_ecc_on_and_silence(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "l4")
    assert judge("ecc", environment).summary == "ECC on, no uncorrected errors"
    silent = environment.gpus[0].model_copy(update={"ecc_enabled": None, "ecc_uncorrected_errors": None})
    assert judge("ecc", environment.model_copy(update={"gpus": (silent,)})).state == "unknown"
