from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from doctor.probes.environment import read_environment
from doctor.probes.variables import engine_variables
from doctor.schema.environment import Environment
from tests.probes.machines import make_machine, printing


def test_everything_comes_together(tmp_path: Path) -> None:
    machine = make_machine(
        tmp_path,
        {"/proc/meminfo": "MemTotal: 1000 kB\n", "/proc/cpuinfo": "model name: Some CPU\n"},
        recording="a100_sxm",
        environ={"VLLM_USE_V1": "1", "HF_TOKEN": "hf_secret", "PATH": "/bin"},
        run=printing(json.dumps({"python": "3.12.1", "packages": {"vllm": "0.11.0"}})),
    )
    environment = read_environment("/opt/python", machine)
    assert environment.python_version == "3.12.1"
    assert environment.packages == {"vllm": "0.11.0"}
    assert environment.gpus[0].name == "NVIDIA A100-SXM4-80GB"
    assert environment.cpu_model == "Some CPU"
    assert environment.engine_environment == {"VLLM_USE_V1": "1"}
    assert "hf_secret" not in environment.model_dump_json()


def test_a_bare_folder_is_an_environment_with_notes(tmp_path: Path) -> None:
    environment = read_environment("/nowhere/python", make_machine(tmp_path))
    assert environment.gpus == ()
    assert any(note.startswith("packages: ") for note in environment.notes)
    assert any(note.startswith("NVML: ") for note in environment.notes)


def test_a_probe_that_crashes_is_a_note(tmp_path: Path) -> None:
    def broken() -> NoReturn:
        raise RuntimeError("what a day")

    machine = dataclasses.replace(make_machine(tmp_path), affinity=broken)
    environment = read_environment("python", machine)
    assert "cpu: this probe crashed: RuntimeError: what a day" in environment.notes


def test_this_machine_and_back_from_json() -> None:
    environment = read_environment(sys.executable)
    assert environment.cpus_usable >= 1
    assert environment.memory_total_bytes > 0
    assert Environment.model_validate_json(environment.model_dump_json()) == environment


@pytest.mark.parametrize("name", ["VLLM_API_KEY", "HF_HUB_TOKEN", "VLLM_SECRET", "NCCL_PASSWORD"])
def test_variables_with_secrets_are_not_taken_up(name: str) -> None:
    assert engine_variables({name: "x", "OMP_NUM_THREADS": "4"}) == {"OMP_NUM_THREADS": "4"}
