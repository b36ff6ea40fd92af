"""A check that was measured on the published setup (tests/golden/cases/measured), figure by figure.

Real runs on the CPU engine: four of the reference, four of the user's setup with penalties. The user's
program also timed its warm-up, which no run can show.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from doctor.pipeline.check import judge
from doctor.rundir import RunDirectory
from doctor.schema.ledger import LedgerLine
from doctor.schema.report import Report

STORED = Path(__file__).parents[1] / "golden" / "cases" / "measured" / "run"
OBSERVED = 1175.86
QUANTILE_3 = 3.1824
"""97.5 % of Student's t with three degrees of freedom, from a printed table."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    folder = tmp_path_factory.mktemp("measured") / "run"
    shutil.copytree(STORED, folder)
    with RunDirectory(folder) as directory:
        yield judge(directory)


@pytest.fixture(scope="module")
def lines(report: Report) -> dict[str, LedgerLine]:
    (whole,) = report.ledgers
    return {line.id: line for line in whole.lines}


def logs() -> dict[str, list[float]]:
    """Logarithms of output tok/s as the stored runs give them, by arm, in the order of the rounds."""
    rates: dict[str, list[tuple[int, float]]] = {}
    for path in sorted((STORED / "runs").glob("*.json")):
        run = json.loads(path.read_text())
        rates.setdefault(run["arm"], []).append((run["repeat"], sum(run["output_tokens"]) / run["wall_s"]))
    return {arm: [math.log(rate) for _, rate in sorted(found)] for arm, found in rates.items()}


def published() -> float:
    figures = json.loads((STORED / "reference.json").read_text())["figures"]
    (value,) = [one["value"] for one in figures if one["unit"] == "tokens/s"]
    return float(value)


def test_each_line_is_the_ratio_of_two_means(lines: dict[str, LedgerLine]) -> None:
    reference, user = (math.exp(statistics.fmean(logs()[arm])) for arm in ("reference", "user"))
    assert set(lines) == {"setting", "penalties", "unexplained"}
    assert lines["setting"].tokens_per_s.estimate == pytest.approx(published() - reference)
    assert lines["penalties"].tokens_per_s.estimate == pytest.approx(reference - user)
    assert lines["unexplained"].tokens_per_s.estimate == pytest.approx(user - OBSERVED)
    whole = math.fsum(line.tokens_per_s.estimate for line in lines.values())
    assert whole == pytest.approx(published() - OBSERVED)


def test_both_figures_carry_the_noise_of_one_run(report: Report, lines: dict[str, LedgerLine]) -> None:
    """Rounds taken out, two arms in four rounds leave three degrees of freedom: the paired differences'."""
    found = logs()
    apart = [a - b for a, b in zip(found["reference"], found["user"], strict=True)]
    run_sd = statistics.stdev(apart) / math.sqrt(2)
    assert report.noise is not None
    assert report.noise.run_sd == pytest.approx(run_sd)
    assert report.noise.dof == 3
    # The arm's mean of four, and one run more: the figure's own.
    reach = QUANTILE_3 * run_sd * math.sqrt(1 / 4 + 1)
    reference, user = (math.exp(statistics.fmean(found[arm])) for arm in ("reference", "user"))
    ends = {"setting": reference / published(), "unexplained": OBSERVED / user}
    for name, ratio in ends.items():
        factor = lines[name].factor
        assert factor is not None
        assert factor.low == pytest.approx(ratio * math.exp(-reach), rel=1e-4)
        assert factor.high == pytest.approx(ratio * math.exp(reach), rel=1e-4)
    own = math.hypot(reference * run_sd / 2, published() * run_sd)
    low, high = lines["setting"].tokens_per_s.low, lines["setting"].tokens_per_s.high
    assert low is not None
    assert high is not None
    assert (high - low) / 2 == pytest.approx(QUANTILE_3 * own, rel=1e-4)


def test_what_no_run_shows_comes_from_the_program(report: Report) -> None:
    assert [one.line for one in report.ranking if one.shown] == ["unexplained", "penalties"]
    assert report.ranking[0].causes[0].cause == "warmup-in-timed-region"
    assert "unexplained by runs (warm-up is part of the figure)" in report.verdict.sentence
    assert [fix.title for fix in report.fixes] == ["Penalties", "Warm-up is part of the figure"]


def test_a_cause_that_a_run_could_measure_stands_behind_no_rest(report: Report) -> None:
    behind = {one.cause: one.line for one in report.findings if one.factor and one.line == "unexplained"}
    assert behind == {}
