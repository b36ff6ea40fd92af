"""Which reference runs there are, and loading one by its id or from a file of the user's."""

from __future__ import annotations

import difflib
from pathlib import Path

from pydantic import ValidationError

from doctor.errors import ReferenceRunError
from doctor.locations import reference_runs
from doctor.references.checks import complaints
from doctor.schema.reference import ReferenceRun
from doctor.schema.violations import shown, violation
from doctor.yaml_files import read_mapping

_SUFFIXES = (".yaml", ".yml")


def list_references() -> tuple[ReferenceRun, ...]:
    """All reference runs that come with qdoctor, by id. Raises ReferenceRunError for a broken one."""
    return tuple(read_shipped(path) for path in shipped_files())


def load_reference(id_or_path: str) -> ReferenceRun:
    """The reference run of that id, or the one in that YAML file of the user's.

    Raises ReferenceRunError: an unknown id (naming the nearest), a file that cannot be read,
    a wrong field (with its path, its value and what is allowed).
    """
    if id_or_path.lower().endswith(_SUFFIXES):
        return read_reference(Path(id_or_path))
    by_id = {path.stem: path for path in shipped_files()}
    if id_or_path in by_id:
        return read_shipped(by_id[id_or_path])
    raise ReferenceRunError(
        f"There is no reference run {shown(id_or_path)}{_nearest(id_or_path, list(by_id))}",
        next_step="`qdoctor reference list` shows all; a YAML file of your own works too.",
    )


def read_reference(path: Path) -> ReferenceRun:
    """The reference run in a YAML file, checked. Raises ReferenceRunError."""
    content = read_mapping(
        path, ReferenceRunError, what="one reference run (docs/schemas/reference-run.schema.json)"
    )
    try:
        reference = ReferenceRun.model_validate(content)
    except ValidationError as error:
        raise _refused(path, violation(error, ReferenceRun)) from None
    found = complaints(reference)
    if found:
        more = f" ({len(found) - 1} more beside this one)" if len(found) > 1 else ""
        raise _refused(path, found[0] + more)
    return reference


def shipped_files() -> list[Path]:
    """The files of the reference runs that come with qdoctor, by name."""
    folder = reference_runs()
    return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES) if folder.is_dir() else []


def read_shipped(path: Path) -> ReferenceRun:
    """A run that comes with qdoctor: its id is its file's name. Raises ReferenceRunError."""
    reference = read_reference(path)
    if reference.id != path.stem:
        raise _refused(
            path, f"id: {shown(reference.id)} is not allowed, it must be the file's name, {path.stem}"
        )
    return reference


def require_target(reference: ReferenceRun) -> ReferenceRun:
    """The reference itself, if it can serve as a target. Raises ReferenceRunError where its source
    contradicts itself."""
    if reference.contradiction:
        why = reference.contradiction.rstrip(". ")
        raise ReferenceRunError(
            f"{reference.id} cannot be a target, its source contradicts itself: {why}",
            next_step="Choose another reference run; `qdoctor reference list` shows which can be targets.",
        )
    return reference


def _refused(path: Path, why: str) -> ReferenceRunError:
    return ReferenceRunError(
        f"This reference run is not valid: {why}",
        where=str(path),
        next_step="Correct the file; docs/schemas/reference-run.schema.json says what may stand where.",
    )


def _nearest(wanted: str, known: list[str]) -> str:
    text = wanted.lower()[:200]
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.3)
    if text and not close:
        close = [id_ for id_ in known if text in id_][:1]
    return f"; the nearest is {close[0]}" if close else ""
