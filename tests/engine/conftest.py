"""The real vLLM engine. These tests run `qdoctor check` as a user does, in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from doctor.schema.report import Report

REFERENCE = "qwen1.5-7b-chat-a100-80g"

QDOCTOR = (sys.executable, "-c", "from doctor.cli import main; main()")


class Checked(NamedTuple):
    """What a check left behind."""

    exit_code: int
    report: Report
    directory: Path
    stdout: str
    stderr: str


Check = Callable[..., Checked]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked; without vLLM it is skipped, and says so."""
    missing = importlib.util.find_spec("vllm") is None
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)
            if missing:
                item.add_marker(pytest.mark.skip(reason="vLLM is not installed here: make test installs it"))


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run `qdoctor check` against the Qwen1.5-7B reference and read what it wrote."""

    def run(*arguments: str) -> Checked:
        directory = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        line = command(directory, *arguments)
        process = subprocess.run(line, check=False, capture_output=True, text=True, timeout=600, env=no_gpu())
        content = (directory / "report.json").read_bytes()
        report = Report.model_validate_json(content)
        return Checked(process.returncode, report, directory, process.stdout, process.stderr)

    return run


def command(directory: Path, *arguments: str) -> list[str]:
    """The command line of a check."""
    return [*QDOCTOR, "check", "--reference", REFERENCE, "--output", str(directory), *arguments]


def no_gpu() -> dict[str, str]:
    """The environment of a machine without a GPU, whatever this one has."""
    return {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
