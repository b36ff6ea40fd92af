"""Whatever changes in judging or rendering shows here, and is looked at before it is accepted."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    if "golden" not in sys.modules:
        spec = importlib.util.spec_from_file_location("golden", ROOT / "scripts" / "golden.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["golden"] = module
        spec.loader.exec_module(module)
    return sys.modules["golden"]


@pytest.mark.parametrize("case", script().cases(), ids=lambda case: case.name)
def test_what_is_made_is_what_was_accepted(case: Path) -> None:
    told = script().difference(case)
    shown = "\n".join(told.splitlines()[:120])
    assert not told, f"look at this, then `make accept-golden`:\n{shown}"


def test_a_change_is_seen(tmp_path: Path) -> None:
    case = script().cases()[0]
    copy = tmp_path / case.name
    copy.mkdir()
    for part in ("run", "document.json"):
        if (case / part).exists():
            (copy / part).symlink_to(case / part)
    script().accept(copy)
    assert script().difference(copy) == ""
    page = copy / "expected" / "report.html"
    changed = page.read_text(encoding="utf-8").replace("95 % interval", "90 % interval")
    page.write_text(changed, encoding="utf-8")
    assert "-" in script().difference(copy)
