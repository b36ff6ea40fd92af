"""What people hand over beside flags: files read as evidence, and what these say of a setup and a rate."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from doctor.causes.contract import Case
from doctor.causes.gap import observed_rates
from doctor.evidence.reading import read_files
from doctor.pipeline.stage import stage
from doctor.references.recognise import PRECISE, figures_of
from doctor.rundir import RunDirectory
from doctor.schema.evidence import Evidence, ObservedRate
from doctor.schema.paths import is_setting, refusal
from doctor.schema.reference import ReferenceRun
from doctor.schema.request import CheckRequest
from doctor.schema.setup import Origin, Scalar

Settings = dict[str, tuple[Scalar, Origin]]


def evidence_of(request: CheckRequest, directory: RunDirectory) -> Evidence:
    """The evidence in the files of a check, read once and kept in the run directory.

    Raises InputError for a file that cannot be read.
    """
    if not request.evidence_files:
        return Evidence()
    paths = [Path(path) for path in request.evidence_files]
    return stage(directory, "evidence", Evidence, lambda: read_files(paths))


def settings_of(evidence: Evidence) -> Settings:
    """The user's settings as far as evidence tells them; what a run delivered stands over what was asked."""
    found: Settings = {}
    for fact in evidence.settings:
        known = is_setting(fact.path) and refusal(fact.path, fact.value) is None
        if fact.role == "user" and known and not fact.path.startswith(("model.", "hardware.")):
            found.setdefault(fact.path, (fact.value, Origin(kind="user", note=str(fact.origin))))
    for path, value in _delivered(evidence):
        found[path] = (value, Origin(kind="measured", note="delivered by the run"))
    return found


def _delivered(evidence: Evidence) -> list[tuple[str, int]]:
    """Mean lengths and the number of requests of the run that delivered most; they are what was run."""
    runs = [
        (run.requests, run.prompt_tokens, run.output_tokens)
        for run in evidence.delivered
        if run.requests and run.prompt_tokens and run.output_tokens
    ]
    if not runs:
        return []
    requests, prompt, output = max(runs, key=lambda one: one[1] + one[2])
    return [
        ("workload.num_prompts", requests),
        ("workload.input_len", max(1, round(prompt / requests))),
        ("workload.output_len", max(1, round(output / requests))),
    ]


def with_published_aside(evidence: Evidence, reference: ReferenceRun | None) -> Evidence:
    """The evidence with the reference's own figure marked as what was hoped for, wherever it is quoted."""
    if reference is None:
        return evidence
    figures = figures_of(reference)
    return evidence.model_copy(update={"rates": tuple(_aside(rate, figures) for rate in evidence.rates)})


def _aside(rate: ObservedRate, figures: tuple[float, ...]) -> ObservedRate:
    quoted = rate.weight == "statement" and any(abs(rate.per_s / one - 1) < PRECISE for one in figures)
    return (
        rate.model_copy(update={"role": "expected"}) if quoted and rate.origin.file != "--observed" else rate
    )


def rate_of(evidence: Evidence) -> ObservedRate | None:
    """The token rate that the user got: a result before words, output tokens before others."""
    rates = [rate for rate in observed_rates(Case(evidence=evidence)) if "tokens" in rate.quantity]
    rates = [rate for rate in rates if rate.quantity != "prompt tokens" and rate.per_s > 0]
    return max(rates, key=lambda one: (one.weight == "result", one.quantity == "output tokens"), default=None)


def counts_of(rate: ObservedRate, stated: str) -> Literal["output", "total", "unknown"]:
    """What a rate counts: by what it is called, else as stated."""
    if rate.quantity == "output tokens" or stated == "output":
        return "output"
    return "total" if rate.quantity == "total tokens" or stated == "total" else "unknown"
