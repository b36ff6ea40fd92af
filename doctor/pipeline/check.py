"""A check from its request to its report, and the judging of one that was measured before."""

from __future__ import annotations

import time
from collections.abc import Callable

from doctor.errors import RunDirectoryError
from doctor.examination import model_of_setup
from doctor.pipeline.judging import judged
from doctor.pipeline.places import engine_python, published
from doctor.pipeline.reading import evidence_of
from doctor.pipeline.resuming import other_machine
from doctor.pipeline.running import run_arms
from doctor.pipeline.settling import settle
from doctor.pipeline.stage import stage
from doctor.probes.environment import read_environment
from doctor.rundir import RunDirectory
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit
from doctor.schema.progress import Progress
from doctor.schema.report import Report
from doctor.schema.request import CheckRequest

Listener = Callable[[Progress], None]


def check(
    request: CheckRequest,
    directory: RunDirectory,
    listen: Listener,
    while_waiting: Callable[[], None] = lambda: None,
) -> Report:
    """Measure and judge; what the directory already holds is not measured again.

    ``while_waiting`` is called while an engine is waited for; a KeyboardInterrupt that it raises ends
    the measuring, not the report: it is written from what was measured.
    Raises QdoctorError where not even a report can be made.
    """
    begun = time.monotonic()
    directory.write("request", request)
    evidence = evidence_of(request, directory)
    settled = settle(request, published(request, directory), evidence)
    environment = _environment(engine_python(request), directory)
    asked = settled.user or settled.target
    stage(directory, "model_fit", ModelFit, lambda: model_of_setup(asked, environment))
    interrupted = False
    if request.ablations or settled.user is not None:
        try:
            run_arms(request, settled, environment, directory, listen, while_waiting)
        except KeyboardInterrupt:
            interrupted = True
    took_s = time.monotonic() - begun
    return judged(request, settled, evidence, directory, took_s, interrupted=interrupted)


def judge(directory: RunDirectory) -> Report:
    """Judge again what a check measured; nothing is run."""
    request = directory.read("request", CheckRequest)
    directory.redacting = request.redact
    try:
        evidence = evidence_of(request, directory)
        settled = settle(request, published(request, directory), evidence)
        return judged(request, settled, evidence, directory, 0.0, interrupted=False)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # Each file is what it should be, but together they cannot have been measured.
        raise RunDirectoryError(
            f"What this directory holds cannot be judged: {type(error).__name__}: {str(error)[:200]}",
            where=str(directory.path),
            next_step="Its files contradict each other or hold impossible figures: measure again. If nobody "
            "changed them, please report this as an issue of qdoctor.",
        ) from error


def _environment(python: str, directory: RunDirectory) -> Environment:
    """This machine. Raises RunDirectoryError where the check was begun on another one."""
    now = read_environment(python)
    begun_on = stage(directory, "environment", Environment, lambda: now)
    other = other_machine(begun_on, now)
    if other is not None:
        raise RunDirectoryError(
            f"This check was begun on another machine ({other})",
            where=str(directory.path),
            next_step="Begin anew with --output DIR: runs of two machines cannot be held against each other.",
        )
    return begun_on
