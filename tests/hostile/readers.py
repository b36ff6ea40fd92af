"""Everything of ours that reads a file which a stranger may have written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case
from doctor.causes.diagnosis import diagnose
from doctor.evidence.command_line import parse_command
from doctor.evidence.joining import join
from doctor.evidence.reading import read_file
from doctor.performance.gpus import load_gpu
from doctor.performance.kernel_tables import load_table
from doctor.performance.models import read_config
from doctor.pipeline.check import judge
from doctor.planning.setup_file import load_setup_file
from doctor.probes.machine import Machine
from doctor.probes.nvidia_smi import read_nvidia_smi
from doctor.probes.packages import read_packages
from doctor.references.catalogue import read_reference
from doctor.reporting.html import render_html
from doctor.reporting.load import load_report
from doctor.reporting.markdown import render_markdown
from doctor.rundir import RunDirectory

GOLDEN = Path(__file__).parents[1] / "golden" / "cases" / "replica" / "run"
MOST_TEXT = 4 << 20
"""Of what is handed over as text: a command line and a program's output are no longer."""


def _diagnosed(path: Path) -> None:
    evidence = join([read_file(path)])
    diagnose(load_causes(), Case(evidence=evidence))


def _report(path: Path) -> None:
    report = load_report(path)
    render_html(report)
    render_markdown(report)


def _command(path: Path) -> None:
    if path.is_file():
        parse_command(_text(path))


def _gpus(path: Path) -> None:
    read_nvidia_smi(Machine(run=lambda arguments, timeout_s: _text(path)))


def _packages(path: Path) -> None:
    read_packages(Machine(run=lambda arguments, timeout_s: _text(path)), "python")


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MOST_TEXT).decode("utf-8", "replace")


def _in_run_directory(name: str) -> Callable[[Path], None]:
    """A run directory in which the input stands in place of one file."""

    def read(path: Path) -> None:
        folder = path.parent.parent / "run directory"
        if not folder.exists():
            shutil.copytree(GOLDEN, folder)
        place = folder / name
        place.unlink()
        if path.is_file() and not path.is_symlink():
            os.link(path, place)
        else:
            place.symlink_to(path)
        try:
            with RunDirectory(folder) as directory:
                judge(directory)
        finally:
            place.unlink(missing_ok=True)
            shutil.copyfile(GOLDEN / name, place)

    return read


class Reader(NamedTuple):
    """One that reads strangers' files."""

    read: Callable[[Path], object]
    own: tuple[str, ...]
    """The bases of the corpus that are of its formats."""


READERS = {
    "evidence": Reader(
        _diagnosed,
        ("log.log", "json.log", "throughput.json", "sweep.csv", "script.py", "commands.sh", "issue.md"),
    ),
    "report": Reader(_report, ("report.json", "report.html", "diagnosis.json", "prediction.json")),
    "reference": Reader(read_reference, ("reference.yaml",)),
    "setup": Reader(load_setup_file, ("setup.yaml",)),
    "gpu": Reader(load_gpu, ("gpu.yaml",)),
    "kernel table": Reader(load_table, ("table.json",)),
    "model": Reader(read_config, ("config.json",)),
    "command": Reader(_command, ("commands.sh",)),
    "nvidia-smi": Reader(_gpus, ("smi.txt",)),
    "packages": Reader(_packages, ("packages.json",)),
    "plan": Reader(_in_run_directory("plan.json"), ("plan.json",)),
    "request": Reader(_in_run_directory("request.json"), ("request.json",)),
    "environment": Reader(_in_run_directory("environment.json"), ("environment.json",)),
    "run": Reader(_in_run_directory("runs/0001.json"), ("run.json",)),
    "format": Reader(_in_run_directory("format.json"), ("format.json",)),
}
