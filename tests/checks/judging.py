"""Judges a machine by one check: from the driver's readings, through the real probes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doctor.checks.framework.catalogue import choose_checks
from doctor.checks.framework.side_by_side import run_checks
from doctor.probes.environment import read_environment
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit
from tests.probes.machines import make_machine, printing

GIB = 1 << 30


def judge(name: str, environment: Environment, model: ModelFit | None = None) -> CheckResult:
    """What the check of that name says of the environment; a crash fails the test."""
    (result,) = run_checks(choose_checks([name]), environment, model)
    assert result.state != "crashed", result.summary
    assert result.name == name
    return result


def machine_with(
    root: Path,
    recording: str = "no_driver",
    *,
    files: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    packages: Mapping[str, str] | None = None,
    torch_cuda: str | None = None,
    cores: int = 8,
) -> Environment:
    """The environment of a machine with these readings, as the probes read it."""
    installed = {"vllm": "0.32.0", "torch": "2.8.0"} if packages is None else packages
    answer = {
        "python": "3.12.1",
        "packages": installed,
        "vllm_importable": any(name.startswith("vllm") for name in installed),
        "torch_cuda": torch_cuda,
    }
    machine = make_machine(
        root, files, recording=recording, environ=environ, run=printing(json.dumps(answer)), cores=cores
    )
    return read_environment("/opt/python", machine)


def environment_of(**fields: Any) -> Environment:
    """An environment with these fields, for what needs no probe."""
    return Environment(
        **{
            "python_version": "3.12.1",
            "operating_system": "Linux",
            "cpus_usable": 8,
            "memory_total_bytes": 64 * GIB,
            "memory_available_bytes": 48 * GIB,
            **fields,
        }
    )
