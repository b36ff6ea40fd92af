"""Places that a request names, as they stand on this machine: what is kept had the home taken out."""

from __future__ import annotations

from pathlib import Path

from doctor.errors import RunDirectoryError, UsageError
from doctor.redaction import at_home
from doctor.references.catalogue import load_reference
from doctor.references.checks import complaints
from doctor.rundir import RunDirectory
from doctor.schema.reference import ReferenceRun
from doctor.schema.request import CheckRequest

_KEPT = "reference"


def engine_python(request: CheckRequest) -> str:
    """The interpreter that has vLLM."""
    return _here(request.engine_python, "--engine-python")


def published(request: CheckRequest, directory: RunDirectory) -> ReferenceRun:
    """The published figure. One of a user's file is kept, so that the directory can be judged elsewhere."""
    if directory.has(_KEPT):
        return _checked(directory.read(_KEPT, ReferenceRun), directory)
    found = load_reference(_here(request.reference, "--reference"))
    if Path(request.reference).suffix.lower() in (".yaml", ".yml"):
        directory.write(_KEPT, found)
    return found


def _checked(kept: ReferenceRun, directory: RunDirectory) -> ReferenceRun:
    """One that was kept, held to what a file is held to: the directory may be a stranger's."""
    wrong = complaints(kept)
    if wrong:
        raise RunDirectoryError(
            f"The reference run that is kept here is not valid: {wrong[0]}",
            where=str(directory.path / f"{_KEPT}.json"),
            next_step="Measure again with a reference run that `qdoctor reference validate` accepts.",
        )
    return kept


def model_folder(kept: str, request: CheckRequest) -> str:
    """An arm's model; where it is not found there any more, the one that the request names now."""
    path = at_home(kept)
    moved = request.model_path is not None and (path is None or not Path(path).exists())
    return _here(str(request.model_path) if moved else kept, "--model")


def _here(path: str, option: str) -> str:
    found = at_home(path)
    if found is None:
        raise UsageError(
            "A path in this run directory was redacted and cannot be found again",
            where=path,
            next_step=f"Give it once more with --resume: {option} PATH.",
        )
    return found
