"""Places that a request names, as they stand on this machine: what is kept had the home taken out."""

from __future__ import annotations

from pathlib import Path

from doctor.errors import UsageError
from doctor.redaction import at_home
from doctor.schema.request import CheckRequest


def engine_python(request: CheckRequest) -> str:
    """The interpreter that has vLLM."""
    return _here(request.engine_python, "--engine-python")


def reference_run(request: CheckRequest) -> str:
    """The id of the published figure, or the file that holds it."""
    return _here(request.reference, "--reference")


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
