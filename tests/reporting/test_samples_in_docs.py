"""The samples that the documentation shows are real reports of today's schema, of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.reporting.html import render_html
from doctor.reporting.load import load_report
from doctor.schema.report import Report

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


@pytest.mark.parametrize("kind", ["check", "diagnosis", "prediction", "comparison"])
def test_a_sample_of_each_kind_is_read_back_and_drawn(kind: str) -> None:
    report = load_report(SAMPLES / f"{kind}.html")
    assert report.kind == kind
    page = render_html(report)
    assert len(page.encode()) <= 500_000
    assert (SAMPLES / f"{kind}.md").stat().st_size <= 65_536


def test_the_measured_sample_was_measured() -> None:
    report = load_report(SAMPLES / "check.html")
    assert isinstance(report, Report)
    assert {arm.arm for arm in report.measurements if arm.runs_ok} >= {"reference", "user"}
    assert all(run.engine is not None for run in report.runs if run.status == "ok")


def test_samples_name_no_place_of_the_machine_that_made_them() -> None:
    report = load_report(SAMPLES / "check.html")
    assert isinstance(report, Report)
    assert report.environment.engine_python == "python"
    assert not Path(report.provenance.run_directory).is_absolute()
    assert "/home/" not in report.model_dump_json()
