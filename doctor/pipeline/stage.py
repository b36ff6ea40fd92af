"""One stage, one file: what is already there is not made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from doctor.rundir import RunDirectory
from doctor.schema.record import Record

_R = TypeVar("_R", bound=Record)


def stage(directory: RunDirectory, name: str, kind: type[_R], make: Callable[[], _R]) -> _R:
    """What the stage's file holds, or what is made now and kept there."""
    if directory.has(name):
        return directory.read(name, kind)
    made = make()
    directory.write(name, made)
    return made
