"""The wheel, from outside the checkout: it holds what the code looks for."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from doctor import __version__
from doctor.locations import reference_runs, templates

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = (
        *("pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet"),
        "-w",
        str(folder),
        str(ROOT),
    )
    built = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-4000:]
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def outside(unpacked: Path, folder: Path, *arguments: str) -> str:
    """What Python prints where the unpacked wheel comes first on its path and the checkout is not at hand."""
    done = subprocess.run(
        [sys.executable, "-c", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def names_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_is_ours_that_is_imported(unpacked: Path, tmp_path: Path) -> None:
    assert outside(unpacked, tmp_path, "import doctor; print(doctor.__file__)").startswith(str(unpacked))


def test_templates_and_reference_runs_are_all_there(unpacked: Path, tmp_path: Path) -> None:
    code = "from doctor import locations; print(locations.templates()); print(locations.reference_runs())"
    installed = [Path(line) for line in outside(unpacked, tmp_path, code).splitlines()]
    for here, there in zip((templates(), reference_runs()), installed, strict=True):
        assert there.is_relative_to(unpacked)
        assert names_below(there) == names_below(here)


def test_every_file_that_lies_beside_the_code_is_in_it(unpacked: Path) -> None:
    source = {name for name in names_below(ROOT / "doctor") if "__pycache__" not in name}
    assert source <= names_below(unpacked / "doctor")


def test_neither_tests_nor_benchmarks_are_installed(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir()}
    assert tops == {"doctor", f"qdoctor-{__version__}.dist-info"}


def test_the_command_answers(unpacked: Path, tmp_path: Path) -> None:
    code = "from doctor.cli import main; main()"
    assert outside(unpacked, tmp_path, code, "--version") == f"qdoctor, version {__version__}\n"
    assert "qwen1.5-7b-chat-a100-80g" in outside(unpacked, tmp_path, code, "reference", "list")


def test_the_entry_point_names_that_command(unpacked: Path) -> None:
    entry = unpacked / f"qdoctor-{__version__}.dist-info" / "entry_points.txt"
    assert "qdoctor = doctor.cli:main" in entry.read_text()


def test_the_wheel_names_its_licence_and_its_python(unpacked: Path) -> None:
    folder = unpacked / f"qdoctor-{__version__}.dist-info"
    metadata = (folder / "METADATA").read_text()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.10" in metadata
    assert (folder / "licenses" / "LICENSE").is_file()
