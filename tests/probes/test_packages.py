from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from doctor.errors import MachineError
from doctor.probes.machine import Machine, run_command
from doctor.probes.package_reader import assigned
from doctor.probes.packages import read_packages
from tests.probes.machines import hanging, make_machine, printing


def answer(**fields: object) -> str:
    return json.dumps({"python": "3.11.7", "packages": {}, **fields})


def test_torch_version_comes_from_its_file(tmp_path: Path) -> None:
    text = answer(packages={"torch": "2.8.0"}, torch_version_file="2.8.0+cu128", torch_cuda="12.8")
    reading = read_packages(make_machine(tmp_path, run=printing(text)), "python")
    assert reading.packages["torch"] == "2.8.0+cu128"
    assert reading.torch_cuda == "12.8"


def test_vllm_folder_without_a_distribution_is_named_so(tmp_path: Path) -> None:
    text = answer(vllm_version_file="0.11.0", vllm_importable=True)
    reading = read_packages(make_machine(tmp_path, run=printing(text)), "python")
    assert reading.packages == {"vllm (no distribution)": "0.11.0"}


def test_noise_before_the_answer_is_passed_over(tmp_path: Path) -> None:
    reading = read_packages(
        make_machine(tmp_path, run=printing("a .pth file says hi\n" + answer())), "python"
    )
    assert reading.python_version == "3.11.7"


@pytest.mark.parametrize("printed", ["", "garbage", "[1, 2]", "nul\0l"])
def test_garbage_is_an_error_that_names_the_interpreter(printed: str, tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="/opt/python"):
        read_packages(make_machine(tmp_path, run=printing(printed)), "/opt/python")


def test_interpreter_that_hangs(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no answer within"):
        read_packages(make_machine(tmp_path, run=hanging), "python")


def test_interpreter_that_fails(tmp_path: Path) -> None:
    def failing(arguments: list[str], _timeout_s: float) -> str:
        raise subprocess.CalledProcessError(1, arguments, stderr="Traceback\nImportError: no json\n")

    with pytest.raises(MachineError, match="ImportError: no json"):
        read_packages(make_machine(tmp_path, run=failing), "python")


def test_missing_interpreter(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="--engine-python"):
        read_packages(make_machine(tmp_path), "/nowhere/python")


def test_this_interpreter_for_real() -> None:
    reading = read_packages(Machine(), sys.executable)
    assert reading.packages["numpy"]
    assert "pytest" not in reading.packages  # bears on no throughput, so it is nobody's business


def test_modules_in_the_current_folder_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('this was run')")
    monkeypatch.chdir(tmp_path)
    assert read_packages(Machine(run=run_command), sys.executable).python_version


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cuda: Optional[str] = '12.8'\n", "12.8"),
        ("cuda: Optional[str] = None\n", ""),
        ("__version__ = version = '0.32.0'\n", None),
        ("", None),
        (None, None),
    ],
)
def test_assigned(text: str | None, value: str | None) -> None:
    assert assigned(text, "cuda") == value


def test_assigned_twice() -> None:
    assert assigned("version: str\n__version__ = version = '0.32.0'\n", "__version__") == "0.32.0"
