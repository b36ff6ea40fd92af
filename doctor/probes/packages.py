"""The packages of the engine's interpreter, asked from that interpreter without importing any."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doctor.errors import MachineError
from doctor.probes.machine import Machine

_TIMEOUT_S = 20.0  # a cold network file system takes seconds to list a site-packages folder
_READER = Path(__file__).with_name("package_reader.py")


@dataclass(frozen=True)
class PackagesReading:
    """What the interpreter answered."""

    python_version: str
    packages: Mapping[str, str] = field(default_factory=dict)
    vllm_importable: bool | None = None
    torch_cuda: str | None = None
    torch_hip: str | None = None


def read_packages(machine: Machine, engine_python: str) -> PackagesReading:
    """Ask the interpreter; MachineError where it does not answer."""
    try:
        printed = machine.run([engine_python, "-c", _READER.read_text()], _TIMEOUT_S)
        answer = json.loads(printed.strip().splitlines()[-1])
    except subprocess.TimeoutExpired as error:
        raise _no_answer(engine_python, f"no answer within {_TIMEOUT_S:.0f} s") from error
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr or "").strip().splitlines()[-1:]
        raise _no_answer(engine_python, " ".join(last_line) or f"exit code {error.returncode}") from error
    except (OSError, ValueError, IndexError, RecursionError) as error:
        raise _no_answer(engine_python, str(error) or type(error).__name__) from error
    if not isinstance(answer, dict):
        raise _no_answer(engine_python, "its answer is not the one asked for")
    return _reading(answer)


def _reading(answer: dict[str, Any]) -> PackagesReading:
    packages = {str(name): str(version) for name, version in dict(answer.get("packages") or {}).items()}
    # torch's metadata leaves out which CUDA it was built for; its version file does not.
    if "torch" in packages and answer.get("torch_version_file"):
        packages["torch"] = str(answer["torch_version_file"])
    if answer.get("vllm_version_file") and not any(name.startswith("vllm") for name in packages):
        packages["vllm (no distribution)"] = str(answer["vllm_version_file"])
    return PackagesReading(
        python_version=str(answer.get("python", "")),
        packages=dict(sorted(packages.items())),
        vllm_importable=bool(answer.get("vllm_importable")),
        torch_cuda=_text(answer.get("torch_cuda")),
        torch_hip=_text(answer.get("torch_hip")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _no_answer(engine_python: str, reason: str) -> MachineError:
    return MachineError(
        f"the engine's interpreter did not tell its packages: {reason}",
        where=engine_python,
        next_step="Name the Python in which vLLM is installed with --engine-python.",
    )
