"""The contract of the folder: name = id = page = test, and what each cause must declare."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from doctor.causes.catalogue import load_ablations, load_cause, load_causes
from doctor.causes.contract import Case, Cause
from doctor.errors import UsageError
from doctor.schema.evidence import Evidence
from doctor.schema.setup import EngineSettings, Sampling, Workload

ROOT = Path(__file__).parents[2]
HEADINGS = (
    "## What it is",
    "## How it shows",
    "## How it is measured",
    "## What to do",
    "## Known effects",
    "## When the diagnosis is wrong",
)
CAUSES = load_causes()


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_name_page_and_test_go_by_the_id(cause: Cause) -> None:
    module = cause.id.replace("-", "_")
    assert (ROOT / "doctor" / "causes" / f"{module}.py").is_file()
    assert (ROOT / "tests" / "causes" / f"test_{module}.py").is_file()
    page = (ROOT / "docs" / "causes" / f"{cause.id}.md").read_text(encoding="utf-8")
    positions = [page.index(heading) for heading in HEADINGS]
    assert positions == sorted(positions)
    assert page.startswith(f"# {cause.title}\n")


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_the_page_says_what_the_cause_says(cause: Cause) -> None:
    page = (ROOT / "docs" / "causes" / f"{cause.id}.md").read_text(encoding="utf-8")
    fresh = runpy.run_path(str(ROOT / "scripts" / "cause_pages.py"))["page_of"](cause, page)
    assert fresh == page, "run scripts/cause_pages.py"


def test_there_is_no_page_without_a_cause() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "causes").glob("*.md")} - {"README"}
    assert pages == {cause.id for cause in CAUSES}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_declares_what_it_reads_and_what_it_is_worth(cause: Cause) -> None:
    known = set(Evidence.model_fields) | {"reference", "accounting", "forecast"}
    assert set(cause.needs) <= known
    assert cause.needs
    assert cause.effects or cause.no_effect_known
    assert all(0 < effect.factor < 10 for effect in cause.effects)
    assert cause.remedy.action.endswith(".")


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_says_nothing_on_no_evidence(cause: Cause) -> None:
    judgement = cause.judge(Case(evidence=Evidence()))
    assert judgement.status == "inconclusive"
    assert judgement.strength == "none"
    assert cause.finding(judgement).cause == cause.id


def test_ablations_belong_to_their_cause_and_change_known_settings() -> None:
    known = {f"workload.{name}" for name in Workload.model_fields}
    known |= {f"sampling.{name}" for name in Sampling.model_fields}
    known |= {f"engine.{name}" for name in EngineSettings.model_fields} | {"engine.kv_cache_sequences"}
    ids = [ablation.id for ablation in load_ablations()]
    assert len(ids) == len(set(ids))
    for ablation in load_ablations():
        assert ablation.factor == load_cause(ablation.cause).factor
        assert set(ablation.changes) <= known


def test_an_unknown_id_says_how_to_find_the_known_ones() -> None:
    with pytest.raises(UsageError, match="qdoctor causes"):
        load_cause("no-such-cause")
