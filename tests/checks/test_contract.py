"""Every check of the folder keeps the contract: its file, its page and its test bear its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doctor.checks.framework.catalogue import load_checks
from doctor.checks.framework.contract import AnyCheck
from doctor.checks.framework.side_by_side import run_checks
from doctor.examination import model_of_setup
from doctor.probes.environment import read_environment
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from tests.checks.judging import environment_of, machine_with
from tests.checks.models import qwen_setup
from tests.probes.fake_nvml import RECORDINGS
from tests.probes.machines import make_machine

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "doctor/checks").glob("*.py") if path.stem != "__init__")
CHECKS = load_checks()
HEADINGS = ["## What is read", "## What it can cost", "## What to do", "## Sources"]


def test_the_folder_is_the_catalogue() -> None:
    assert sorted(check.name.replace("-", "_") for check in CHECKS) == MODULES
    assert len(CHECKS) > 30


def test_no_page_and_no_test_without_its_check() -> None:
    names = {check.name for check in CHECKS}
    assert {path.stem for path in (ROOT / "docs/checks").glob("*.md")} == names
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")} - {
        "contract"
    }
    assert tested == set(MODULES)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_page(check: AnyCheck) -> None:
    text = (ROOT / "docs/checks" / f"{check.name}.md").read_text()
    assert text.startswith(f"# {check.title} (`{check.name}`)\n")
    assert re.findall(r"^## .*$", text, re.MULTILINE) == HEADINGS
    for section in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]:
        assert section.strip()


def environments(root: Path) -> list[Environment]:
    """As many machines as the recordings give, and an empty one."""
    recorded = [machine_with(root, path.stem) for path in sorted(RECORDINGS.glob("*.json"))]
    return [*recorded, environment_of(), read_environment("/nowhere", make_machine(root))]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_on_every_machine(check: AnyCheck, tmp_path: Path) -> None:
    for environment in environments(tmp_path):
        model = model_of_setup(qwen_setup(), environment, make_machine(tmp_path))
        (result,) = run_checks([check], environment, model)
        assert result.state != "crashed", result.summary
        assert result.summary
        assert "\n" not in result.summary
        if result.state in {"warning", "problem"}:
            hold_finding(result)


def hold_finding(result: CheckResult) -> None:
    """A finding says what was read and where, what it can cost with a source, and what mends it."""
    assert result.readings
    assert all(reading.where for reading in result.readings)
    assert result.remedy is not None
    assert result.remedy.action
    assert result.cost is not None
    if re.search(r"\d", result.cost.text):
        assert result.cost.source, f"a figure without a source: {result.cost.text}"
