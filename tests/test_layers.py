"""Who may import whom, read from the source: schema ← stages ← pipeline ← commands."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "doctor"

STAGES = {
    "attribution",
    "causes",
    "checks",
    "comparison",
    "engines",
    "evidence",
    "performance",
    "planning",
    "probes",
    "references",
    "reporting",
    "statistics",
    "telemetry",
    "verdict",
}
GROUND = {"schema", "errors", "locations", "nvml", "plain_files", "redaction", "yaml_files"}
"""What any stage may stand on."""
TOP = {"__main__", "cli", "commands", "examination", "pipeline"}
BESIDE = {"rundir", "crash", "interrupts"}
"""Neither stage nor ground: files of a run, and what the command line does when things end."""

HEAVY = {
    "torch",
    "vllm",
    "numpy",
    "scipy",
    "pydantic",
    "rich",
    "psutil",
    "pynvml",
    "jinja2",
    "yaml",
}

SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def part_of(path: Path) -> str:
    """The stage or top module that a file belongs to; empty for the package itself."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module of ours that a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            module = node.module or ""
            # `from doctor import x`: x is a module, or a name of the package itself.
            for alias in node.names if module == "doctor" else ():
                yield node.lineno, f"doctor.{alias.name}"
            if module != "doctor":
                yield node.lineno, module


def ours(path: Path) -> Iterator[tuple[int, str]]:
    """The parts of ours that a file imports, other than its own."""
    for line, module in imported(path):
        names = module.split(".")
        if names[0] == "doctor" and len(names) > 1:
            part = names[1]
            known = (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").is_file()
            if known and part != part_of(path):
                yield line, part


def violations(parts: set[str], allowed: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {part}"
        for path in SOURCES
        if part_of(path) in parts
        for line, part in ours(path)
        if part not in allowed
    ]


def test_every_part_has_its_place() -> None:
    parts = {part_of(path) for path in SOURCES} - {""}
    assert parts == STAGES | GROUND | TOP | BESIDE, "say in this test where a new part stands"


def test_the_schema_imports_nothing_of_ours() -> None:
    assert violations({"schema"}, set()) == []


def test_what_stages_stand_on_does_not_know_them() -> None:
    assert violations(GROUND | BESIDE, GROUND) == []


def test_stages_do_not_import_each_other() -> None:
    assert violations(STAGES, GROUND) == []


def test_only_commands_know_the_pipeline() -> None:
    # A command may take single stages where no order of stages is needed.
    everyone = STAGES | GROUND | BESIDE | TOP
    knowing = {part_of(path) for path in SOURCES for _, part in ours(path) if part == "pipeline"}
    assert knowing <= {"commands"}
    assert violations(everyone - {"cli", "__main__"}, everyone - {"cli", "commands"}) == []


def test_the_test_sees_imports_inside_functions_too(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("def f():\n    from doctor.causes.x import y\n    from doctor import pipeline\n")
    assert list(imported(file)) == [(2, "doctor.causes.x"), (3, "doctor.pipeline")]


def fresh(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=120
    )
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """The heavy packages that a statement loads in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(' '.join({{n.partition('.')[0] for n in sys.modules}}))"
    return set(fresh(code).split()) & HEAVY


def test_the_command_line_starts_light() -> None:
    assert loaded_by("import doctor.cli") == set()


@pytest.mark.parametrize("arguments", ["['--version']", "['--help']", "['check', '--help']"])
def test_neither_torch_nor_vllm_is_ever_ours_to_import(arguments: str) -> None:
    statement = f"from doctor.cli import cli\ntry:\n    cli({arguments})\nexcept SystemExit:\n    pass"
    loaded = loaded_by(statement)
    assert not loaded & {"torch", "vllm"}
    if arguments == "['--version']":
        assert loaded == set()


def test_the_engine_is_imported_by_scripts_for_another_process_alone() -> None:
    engines = {
        path
        for path in SOURCES
        for _, module in imported(path)
        if module.partition(".")[0] in ("vllm", "torch")
    }
    assert engines == {
        PACKAGE / "engines" / "worker.py",
        PACKAGE / "performance" / "worker" / "measure_engine.py",
        PACKAGE / "performance" / "worker" / "measure_kernels.py",
    }
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in engines}
    everywhere = {module for path in SOURCES for _, module in imported(path)}
    assert not names & everywhere
