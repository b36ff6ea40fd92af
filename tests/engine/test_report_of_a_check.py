"""The check of the README: a machine without a GPU, one observed figure, and what is written."""

from __future__ import annotations

import pytest

from doctor.schema.report import Report
from doctor.schema.run import Run
from tests.engine.conftest import Check

pytestmark = pytest.mark.quiet

OBSERVED = ("--observed", "1000", "--observed-counts", "output")
ARMS = ("--ablation", "single-request", "--ablation", "early-eos", "--repeats", "2")


def test_the_figures_the_gap_and_the_arms(check: Check) -> None:
    done = check(*OBSERVED, *ARMS)
    accounting = done.report.accounting
    assert accounting.reference.requests_per_s == pytest.approx(1.149, abs=5e-4)
    assert accounting.reference.output_tokens_per_s == pytest.approx(1149.4, abs=0.05)
    assert accounting.reference.total_tokens_per_s == 2298.89
    (reading,) = accounting.readings
    observed = reading.observed
    assert (observed.requests_per_s, observed.output_tokens_per_s, observed.total_tokens_per_s) == (
        1,
        1000,
        2000,
    )
    assert reading.gap_output_tokens_per_s == pytest.approx(149.4, abs=0.05)
    assert reading.gap_fraction == pytest.approx(0.130, abs=5e-4)
    assert done.exit_code == 1, done.stderr

    assert done.report.plan is not None
    assert done.report.plan.replica is not None
    measured = {one.arm: one for one in done.report.measurements}
    assert set(measured) == {"reference", "single-request", "early-eos"}
    assert all(one.basis == "replica" and 1 <= one.runs_ok <= 2 for one in measured.values())
    assert measured["reference"].runs_ok == 2
    alone, together = measured["single-request"].rates, measured["reference"].rates
    assert alone is not None
    assert together is not None
    assert alone.output_tokens_per_s < together.output_tokens_per_s
    _delivered_what_was_asked(done.report)
    for name in ("report.html", "report.md", "report.json", "plan.json", "engine.log"):
        assert (done.directory / name).stat().st_size > 0
    assert "report.html" in done.stdout


def _delivered_what_was_asked(report: Report) -> None:
    assert report.plan is not None
    setups = {arm.id: arm.setup for arm in report.plan.arms}
    for run in report.runs:
        assert isinstance(run, Run)
        workload = setups[run.arm].workload
        assert run.prompt_tokens == (workload.input_len,) * workload.num_prompts
        assert run.output_tokens == (workload.output_len,) * workload.num_prompts
