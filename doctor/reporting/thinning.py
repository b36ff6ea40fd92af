"""Smaller versions of a report, for a page that would grow past what a mail or an issue takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from doctor.schema.documents import Document
from doctor.schema.record import Record
from doctor.schema.report import Report
from doctor.schema.run import Run

_PLACES = 4
_Sample = TypeVar("_Sample", bound=Record)


def smaller_versions(report: Document) -> Iterator[Document]:
    """The report itself, then versions that keep ever less of the raw series; each says so in a warning.

    Only a check holds series: other kinds have no smaller versions.
    """
    yield report
    if not isinstance(report, Report):
        return
    rounded = _with_runs(report, tuple(map(_rounded, report.runs)))
    yield _warned(rounded, "This page keeps times to 0.1 ms; ")
    for every in (2, 4, 8, 16, 32):
        kept = _with_runs(rounded, tuple(_thinned(run, every) for run in rounded.runs))
        yield _warned(kept, f"This page keeps one sample in {every} of the time series, times to 0.1 ms; ")
    bare = _with_runs(rounded, tuple(map(_bare, rounded.runs)))
    yield _warned(bare, "This page keeps no time series and no times of single requests; ")


def _with_runs(report: Report, runs: tuple[Run, ...]) -> Report:
    return report.model_copy(update={"runs": runs})


def _warned(report: Report, note: str) -> Report:
    note += "the report.json of the run directory has everything."
    return report.model_copy(update={"warnings": (*report.warnings, note)})


def _rounded(run: Run) -> Run:
    return run.model_copy(
        update={
            "finished_s": tuple(round(t, _PLACES) for t in run.finished_s),
            "first_token_s": tuple(round(t, _PLACES) for t in run.first_token_s),
            "engine_samples": tuple(map(_rounded_sample, run.engine_samples)),
            "host_samples": tuple(map(_rounded_sample, run.host_samples)),
        }
    )


def _rounded_sample(sample: _Sample) -> _Sample:
    floats = {name: round(value, _PLACES) for name, value in sample if isinstance(value, float)}
    return sample.model_copy(update=floats)


def _thinned(run: Run, every: int) -> Run:
    return run.model_copy(
        update={"engine_samples": run.engine_samples[::every], "host_samples": run.host_samples[::every]}
    )


def _bare(run: Run) -> Run:
    return run.model_copy(
        update={"engine_samples": (), "host_samples": (), "finished_s": (), "first_token_s": ()}
    )
