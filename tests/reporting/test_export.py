"""Exports are what the other tools' own code reads, and hold the numbers of the runs."""

from __future__ import annotations

import csv
import io
import statistics

import numpy as np
import pytest
import yaml

from doctor.evidence.contract import Document
from doctor.evidence.reading import read_text
from doctor.reporting.export import benchmark_reports, runs_csv
from doctor.reporting.export.spread import spread
from tests.reporting.samples import cpu_replica, gpu_measured, hostile, observed_only


@pytest.fixture(scope="module")
def exported() -> dict[str, str]:
    return benchmark_reports(gpu_measured())


def test_llm_d_reads_every_arm(exported: dict[str, str]) -> None:
    schema = pytest.importorskip("llmd_benchmark_report.schema_v0_2", reason="needs Python 3.11")
    assert {name.removeprefix("benchmark-report-") for name in exported} >= {"reference.yaml", "user.yaml"}
    for text in exported.values():
        told = schema.BenchmarkReportV02.model_validate(yaml.safe_load(text))
        assert told.version == "0.2"


def test_rates_are_those_of_the_runs(exported: dict[str, str]) -> None:
    told = yaml.safe_load(exported["benchmark-report-reference.yaml"])
    runs = [
        run for run in gpu_measured().runs if run.arm == "reference" and run.status == "ok" and run.wall_s
    ]
    rates = [sum(run.output_tokens) / (run.wall_s or 1) for run in runs]
    output = told["results"]["request_performance"]["aggregate"]["throughput"]["output_token_rate"]
    assert output["mean"] == pytest.approx(sum(rates) / len(rates))
    assert output["stddev"] == pytest.approx(statistics.stdev(rates))
    assert output["units"] == "tokens/s"


def test_our_own_reader_reads_it_back(exported: dict[str, str]) -> None:
    evidence = read_text(Document("report.yaml", exported["benchmark-report-reference.yaml"]))
    told = yaml.safe_load(exported["benchmark-report-reference.yaml"])
    mean = told["results"]["request_performance"]["aggregate"]["throughput"]["output_token_rate"]["mean"]
    assert any(
        rate.quantity == "output tokens" and rate.per_s == pytest.approx(mean) for rate in evidence.rates
    )


def test_a_replica_is_called_one() -> None:
    for text in benchmark_reports(cpu_replica()).values():
        told = yaml.safe_load(text)
        assert "replica" in told["run"]["keywords"]
        assert "replica" in told["scenario"]["stack"][0]["standardized"]["model"]["name"]


def test_percentiles_are_numpys() -> None:
    values = [float(x * x % 37) for x in range(60)]
    found = spread(values, "s")
    for share in (5, 50, 99):
        assert found[f"p{share}"] == pytest.approx(np.percentile(values, share))
    assert "p50" not in spread(values[:5], "s")


def test_csv_has_a_line_a_run_and_its_rates() -> None:
    rows = list(csv.DictReader(io.StringIO(runs_csv(gpu_measured()))))
    assert len(rows) == len(gpu_measured().runs)
    for row in rows:
        if row["status"] == "ok":
            rate = int(row["output_tokens"]) / float(row["wall_s"])
            assert float(row["output_tokens_per_s"]) == pytest.approx(rate)
            assert row["basis"] == "measured"


def test_csv_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(runs_csv(hostile()))))
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row)


def test_nothing_ran_nothing_is_exported() -> None:
    assert benchmark_reports(observed_only()) == {}
    assert len(runs_csv(observed_only()).splitlines()) == 1
