"""A run directory: one file per stage, written whole or not at all, one owner at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

from pydantic import ValidationError

from doctor.errors import RunDirectoryError
from doctor.schema.record import Record
from doctor.schema.run import Run

_R = TypeVar("_R", bound=Record)

FORMAT = 1
_LARGEST_FILE_BYTES = 200_000_000


class RunDirectory:
    """The files of one check. Use as a context manager: it holds the lock while open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> RunDirectory:
        try:
            (self.path / "runs").mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / ".lock").open("w")
        except OSError as error:
            raise RunDirectoryError(
                f"The run directory cannot be written: {error.strerror}",
                where=str(self.path),
                next_step="Name another one with --output DIR.",
            ) from error
        try:
            self._take_lock(self._lock)
            self._hold_format()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._lock is not None
        self._lock.close()

    def write(self, name: str, record: Record) -> Path:
        """Write a stage's record as ``name``.json."""
        return self.write_text(f"{name}.json", record.model_dump_json(indent=1) + "\n")

    def write_text(self, name: str, text: str) -> Path:
        """Write a file whole: a reader sees the old content or the new, never a part."""
        target = self.path / name
        temporary = target.with_name(target.name + ".tmp")
        try:
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, target)  # noqa: PTH105  (the atomic rename is the point)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise RunDirectoryError(
                f"{name} cannot be written: {error.strerror}",
                where=str(self.path),
                next_step="Make room or name another directory with --output DIR; "
                "what was measured so far is kept: go on with --resume.",
            ) from error
        return target

    def read(self, name: str, kind: type[_R]) -> _R:
        """The record that a stage wrote as ``name``.json."""
        return read_record(self.path / f"{name}.json", kind)

    def has(self, name: str) -> bool:
        """Whether a stage wrote ``name``.json."""
        return (self.path / f"{name}.json").is_file()

    def keep_run(self, run: Run) -> None:
        """Keep one run."""
        self.write(f"runs/{run.position:04d}", run)

    def runs(self) -> Iterator[Run]:
        """The kept runs, in the order in which they were made."""
        for path in sorted((self.path / "runs").glob("*.json")):
            yield read_record(path, Run)

    def _take_lock(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunDirectoryError(
                "Another qdoctor is at work in this run directory",
                where=str(self.path),
                next_step="Wait for it, or name another directory with --output DIR.",
            ) from error
        except OSError as error:
            raise RunDirectoryError(
                f"The run directory cannot be locked: {error.strerror}",
                where=str(self.path),
                next_step="Name one on another file system with --output DIR.",
            ) from error

    def _hold_format(self) -> None:
        """Mark a new directory with the format's version; refuse one of another version."""
        marker = self.path / "format.json"
        if not marker.exists():
            created = datetime.now(timezone.utc).isoformat(timespec="seconds")
            self.write_text("format.json", json.dumps({"format": FORMAT, "created_at": created}) + "\n")
            return
        try:
            version = json.loads(marker.read_text(encoding="utf-8")).get("format")
        except OSError as error:
            raise RunDirectoryError(
                f"{marker.name} cannot be read: {error.strerror}",
                where=str(self.path),
                next_step="Name another directory with --output DIR.",
            ) from error
        except (ValueError, AttributeError):
            version = None
        if version != FORMAT:
            raise RunDirectoryError(
                f"The run directory has format {version!r}, this qdoctor writes format {FORMAT}",
                where=str(self.path),
                next_step="Use the qdoctor that wrote it, or start anew in another directory.",
            )


def read_record(path: Path, kind: type[_R]) -> _R:
    """A record from a JSON file; refuses what is too large or does not validate."""
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise RunDirectoryError(
                "The file is larger than any that qdoctor writes",
                where=str(path),
                next_step="Check its origin.",
            )
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RunDirectoryError(
            f"{path.name} cannot be read: {error.strerror}",
            where=str(path.parent),
            next_step="Give the directory that `qdoctor check` printed, or start anew without --resume.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunDirectoryError(
            f"{path.name} is not what this qdoctor writes: {f'{place}: ' if place else ''}{first['msg']}",
            where=str(path.parent),
            next_step="Remove that file and go on with --resume, or start anew.",
        ) from error
