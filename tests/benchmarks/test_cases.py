"""The figures that docs/accuracy-cases.md shows, held."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = runpy.run_path(str(ROOT / "benchmarks" / "cases.py"))
OUTCOMES = [CASES["score_case"](case)[0] for case in CASES["load_cases"]([])]
THREADS = [item for item in OUTCOMES if not item.from_catalogue]


def test_the_page_is_what_the_benchmark_gives() -> None:
    page = (ROOT / "docs" / "accuracy-cases.md").read_text(encoding="utf-8")
    assert page == CASES["table"](OUTCOMES)


def test_main_causes_come_first() -> None:
    positive = [item for item in THREADS if not item.is_control]
    assert len(positive) == 29
    assert sum(item.place == 1 for item in positive) >= 27
    assert sum(item.place is not None and item.place <= 3 for item in positive) == 29


@pytest.mark.parametrize(
    "item", [item for item in OUTCOMES if item.is_control], ids=lambda item: str(item.id)
)
def test_nothing_is_blamed_where_nothing_is_demonstrated(item: object) -> None:
    assert getattr(item, "false_blame") is False  # noqa: B009 - the class lives in the script


def test_no_cause_knows_a_case() -> None:
    ids = {str(item.id) for item in THREADS}
    for path in (ROOT / "doctor" / "causes").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [case for case in ids if case in text]
