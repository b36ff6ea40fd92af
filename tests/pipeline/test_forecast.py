"""The predicted ledger, and a measured check held against the model: stages in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doctor.pipeline.check import judge
from doctor.pipeline.forecast import HARDWARE, Scene, fill, foretell, scene_of
from doctor.planning.accounting import settle
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of, factors
from doctor.planning.setups import user_setup
from doctor.references import load_reference, reference_setup
from doctor.reporting.load import load_check
from doctor.rundir import RunDirectory
from doctor.schema.evidence import Delivered, Evidence, Fact, Origin
from doctor.schema.ledger import Ledger
from doctor.schema.report import Report
from doctor.schema.request import CheckRequest
from doctor.schema.setup import Origin as SettingOrigin
from doctor.schema.setup import Setup

REFERENCE = load_reference("qwen1.5-7b-chat-a100-80g")
PUBLISHED = reference_setup(REFERENCE)
SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "qwen1.5-7b-h200.html"
"""A check of one H200: the report with its raw runs."""


def mine(**changes: Any) -> Setup:
    origin = SettingOrigin(kind="user", note="this test")
    paths = {path.replace("__", "."): (value, origin) for path, value in changes.items()}
    return user_setup(PUBLISHED, paths)


def ledger_of(user: Setup, here: str | None) -> Ledger:
    told = foretell(Scene(PUBLISHED, user, settle(REFERENCE, 700.0, "output", user.workload), here))
    assert told.ledger is not None
    return told.ledger


def remainder(ledger: Ledger) -> float:
    lines = sum(line.tokens_per_s.estimate for line in ledger.lines)
    return ledger.start_tokens_per_s - lines - ledger.end_tokens_per_s


def test_without_a_gpu_the_whole_way_is_predicted_and_says_so() -> None:
    ledger = ledger_of(mine(workload__max_concurrency=8, workload__num_prompts=64), None)
    assert ledger.basis == "predicted"
    assert "predicted" in ledger.title
    kinds = {line.id: line.basis for line in ledger.lines}
    assert kinds.pop("accounting") == "computed"
    assert set(kinds) == {"setting", "num_prompts", "concurrency", "unexplained"}
    assert set(kinds.values()) == {"predicted"}
    assert (ledger.start_tokens_per_s, ledger.end_tokens_per_s) == (2298.89, 700.0)
    assert remainder(ledger) == pytest.approx(0.0, abs=1e-6)


def test_the_card_is_a_cause_with_a_share_of_its_own() -> None:
    ledger = ledger_of(mine(workload__max_concurrency=8, workload__num_prompts=64), "l40s")
    line = next(line for line in ledger.lines if line.id == HARDWARE)
    assert "L40S" in line.title
    assert line.tokens_per_s.low is not None
    assert line.tokens_per_s.low > 0
    assert remainder(ledger) == pytest.approx(0.0, abs=1e-6)


def test_many_differences_are_split_too() -> None:
    user = mine(
        workload__max_concurrency=8,
        workload__num_prompts=64,
        workload__output_len=500,
        sampling__top_p=0.9,
        engine__max_num_seqs=6,
    )
    ledger = ledger_of(user, None)
    assert not ledger.refused
    assert len([line for line in ledger.lines if line.kind == "factor"]) == 5
    assert remainder(ledger) == pytest.approx(0.0, abs=1e-6)


def test_without_the_users_setup_there_is_no_ledger_but_an_expectation() -> None:
    told = foretell(Scene(PUBLISHED, None, settle(REFERENCE, 700.0, "output", None), "h200"))
    assert told.ledger is None
    assert told.forecast.expected is not None
    assert told.forecast.expected.device == "h200"
    assert told.forecast.standings == ()


def test_what_the_model_refuses_is_told_not_raised() -> None:
    told = foretell(Scene(PUBLISHED, mine(engine__tensor_parallel_size=2), None, "h200"))
    assert any("one GPU" in why for why in told.forecast.refused)


def test_cells_that_were_not_run_are_filled_for_all_subsets() -> None:
    user = mine(workload__max_concurrency=8, workload__num_prompts=64)
    found = factors(differences(PUBLISHED, user, factor_of))
    rates = fill(PUBLISHED, user, found, "a100-sxm-80g")
    assert rates is not None
    assert set(rates) == {
        frozenset(),
        frozenset({"concurrency"}),
        frozenset({"num_prompts"}),
        frozenset({"num_prompts", "concurrency"}),
    }
    assert rates[frozenset({"concurrency"})] < rates[frozenset()]
    assert fill(PUBLISHED, mine(engine__tensor_parallel_size=2), found, "a100-sxm-80g") is not None
    assert fill(mine(engine__tensor_parallel_size=2), user, found, "a100-sxm-80g") is None


def test_a_diagnosis_takes_the_users_setup_from_evidence() -> None:
    origin = Origin(file="run.log")
    evidence = Evidence(
        settings=(
            Fact(path="engine.max_num_seqs", value=16, origin=origin),
            Fact(path="workload.input_len", value=999, origin=origin),
            Fact(path="engine.max_num_batched_tokens", value="lots", origin=origin),
            Fact(path="client.library", value="aiohttp", origin=origin),
            Fact(path="engine.block_size", value=8, origin=origin, role="reference"),
        ),
        engine_facts=(
            Fact(path="version", value="0.11.0", origin=origin),
            Fact(path="kv_cache_tokens", value=90_000, origin=origin),
        ),
        environment=(Fact(path="gpu.name", value="NVIDIA H200", origin=origin),),
        delivered=(
            Delivered(tool="bench", origin=origin, requests=50, prompt_tokens=51_200, output_tokens=6_400),
        ),
    )
    scene = scene_of(PUBLISHED, None, evidence)
    assert scene.user is not None
    assert scene.user.engine.max_num_seqs == 16
    assert scene.user.engine.block_size is None
    assert (scene.user.workload.input_len, scene.user.workload.output_len) == (1024, 128)
    assert scene.user.workload.num_prompts == 50
    assert scene.user.software.version == "0.11.0"
    assert (scene.here, scene.kv_cache_tokens) == ("h200", 90_000)
    assert scene_of(PUBLISHED, None, Evidence()).user is None


def judged_again(folder: Path, slower: float) -> Report:
    """The sample's check, judged from its raw runs, each ``slower`` times as long."""
    page = load_check(SAMPLE)
    request = CheckRequest(reference=page.reference.id, engine_python="python3", budget_s=390.0)
    assert page.plan is not None
    with RunDirectory(folder) as directory:
        directory.write("request", request)
        directory.write("environment", page.environment)
        directory.write("plan", page.plan)
        for run in page.runs:
            if run.arm == "reference":
                assert run.wall_s is not None
                directory.keep_run(run.model_copy(update={"wall_s": slower * run.wall_s}))
        return judge(directory)


def test_a_real_h200_stands_where_the_model_expects_it(tmp_path: Path) -> None:
    report = judged_again(tmp_path, 1.0)
    assert report.forecast is not None
    here, hardware = report.forecast.here, report.forecast.hardware
    assert here is not None
    assert here.device == "h200"
    assert hardware is not None
    assert hardware.low is not None
    assert hardware.low > 1
    assert [one.stands for one in report.forecast.standings] == ["within"]
    assert report.forecast.standings[0].seen.estimate == pytest.approx(3647.9, abs=0.1)
    found = {one.cause: one for one in report.findings}
    assert found["machine-below-prediction"].status == "ruled out"
    assert found["gpu-variant-mismatch"].status == "ruled out"


def test_the_same_card_at_two_thirds_of_its_rate_is_a_finding(tmp_path: Path) -> None:
    report = judged_again(tmp_path, 1.5)
    assert report.forecast is not None
    assert [one.stands for one in report.forecast.standings] == ["below"]
    found = {one.cause: one for one in report.findings}
    assert found["machine-below-prediction"].status == "confirmed"
    assert found["machine-below-prediction"].basis == "predicted"
