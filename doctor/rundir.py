"""A run directory: one file per stage, written whole or not at all, one owner at a time.

Nothing outside it is ever touched: a link in it is neither read through nor written through,
whoever put it there. What is written is redacted first, unless the owner said not to.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TypeVar

from pydantic import ValidationError

from doctor.errors import RunDirectoryError
from doctor.plain_files import json_within, read_bounded, refused_link
from doctor.redaction import redact_record
from doctor.schema.record import Record
from doctor.schema.run import Run

_R = TypeVar("_R", bound=Record)

FORMAT = 1
LARGEST_FILE_BYTES = 32 << 20
MOST_PARTS = 100_000
"""No record of ours comes near either, in bytes or in values; what a stranger made larger would take
gigabytes to parse."""

_MAKE_ROOM = "Make room or name another directory with --output DIR; what was measured so far is kept: "
_MAKE_ROOM += "go on with --resume."


class RunDirectory:
    """The files of one check. Use as a context manager: it holds the lock while open."""

    def __init__(self, path: Path, *, redacting: bool = True) -> None:
        self.path = path
        self.redacting = redacting
        self._folder = -1
        """The open folder, by which every file is reached: what it is renamed to does not matter."""
        self._lock = -1

    def __enter__(self) -> RunDirectory:
        try:
            self._folder = _opened_folder(self.path)
            self._lock = _locked(self._folder)
            self._hold_format()
        except OSError as error:
            self._let_go()
            raise self._unusable(error) from error
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def write(self, name: str, record: Record) -> Path:
        """Write a stage's record as ``name``.json."""
        clean = redact_record(record) if self.redacting else record
        return self.write_text(f"{name}.json", clean.model_dump_json(indent=1) + "\n")

    def write_text(self, name: str, text: str) -> Path:
        """Write a file whole: a reader sees the old content or the new, never a part."""
        try:
            with self._parent_of(name, make=True) as (folder, leaf):
                _replace(folder, leaf, text.encode("utf-8", "replace"))
        except OSError as error:
            raise RunDirectoryError(
                f"{name} cannot be written: {error.strerror}", where=str(self.path), next_step=_MAKE_ROOM
            ) from error
        return self.path / name

    def read(self, name: str, kind: type[_R]) -> _R:
        """The record that a stage wrote as ``name``.json."""
        return self._read_record(f"{name}.json", kind)

    def has(self, name: str) -> bool:
        """Whether a stage wrote ``name``.json."""
        try:
            with self._parent_of(f"{name}.json") as (folder, leaf):
                os.stat(leaf, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def keep_run(self, run: Run) -> None:
        """Keep one run."""
        self.write(f"runs/{run.position:04d}", run)

    def runs(self) -> Iterator[Run]:
        """The kept runs, in the order in which they were made."""
        try:
            with self._parent_of("runs/any") as (folder, _):
                found = os.listdir(folder)  # noqa: PTH208  (pathlib knows no open folders)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unreadable("runs", error) from error
        for name in sorted(name for name in found if name.endswith(".json")):
            yield self._read_record(f"runs/{name}", Run)

    def _read_record(self, name: str, kind: type[_R]) -> _R:
        try:
            with self._parent_of(name) as (folder, leaf):
                content = json_within(read_bounded(leaf, LARGEST_FILE_BYTES, dir_fd=folder), MOST_PARTS)
        except OSError as error:
            raise self._unreadable(name, error) from error
        return _validated(content, kind, name, self.path)

    @contextlib.contextmanager
    def _parent_of(self, name: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The open folder that holds ``name``, reached without following a link, and the last part."""
        *parents, leaf = PurePosixPath(name).parts
        folder = os.dup(self._folder)
        try:
            for part in parents:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, dir_fd=folder)
                inner = _open_folder(part, folder)
                os.close(folder)
                folder = inner
            yield folder, leaf
        finally:
            os.close(folder)

    def _let_go(self) -> None:
        for handle in (self._lock, self._folder):
            if handle >= 0:
                os.close(handle)
        self._lock = self._folder = -1

    def _unusable(self, error: OSError) -> RunDirectoryError:
        if isinstance(error, BlockingIOError):
            return RunDirectoryError(
                "Another qdoctor is at work in this run directory",
                where=str(self.path),
                next_step="Wait for it, or name another directory with --output DIR.",
            )
        return RunDirectoryError(
            f"The run directory cannot be written: {error.strerror}",
            where=str(self.path),
            next_step="Name another one with --output DIR; one that may only be read can be copied, and the "
            "copy judged.",
        )

    def _unreadable(self, name: str, error: OSError) -> RunDirectoryError:
        return RunDirectoryError(
            f"{name} cannot be read: {error.strerror}",
            where=str(self.path),
            next_step="Give the directory that `qdoctor check` printed, or start anew without --resume.",
        )

    def _hold_format(self) -> None:
        """Mark a new directory with the format's version; refuse one of another version."""
        try:
            text = read_bounded("format.json", 4096, dir_fd=self._folder)
        except FileNotFoundError:
            created = datetime.now(timezone.utc).isoformat(timespec="seconds")
            self.write_text("format.json", json.dumps({"format": FORMAT, "created_at": created}) + "\n")
            return
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        version = found.get("format") if isinstance(found, Mapping) else None
        if type(version) is int and version == FORMAT:
            return
        newer = type(version) is int and version > FORMAT
        raise RunDirectoryError(
            f"The run directory has format {str(version)[:40]!r}, this qdoctor writes format {FORMAT}",
            where=str(self.path),
            next_step="Upgrade qdoctor: pip install --upgrade qdoctor."
            if newer
            else "Its format.json is damaged or foreign: start anew in another directory with --output DIR.",
        )


def read_record(path: Path, kind: type[_R]) -> _R:
    """A record from a JSON file; refuses what is no regular file, too large, or does not validate."""
    try:
        content = json_within(read_bounded(path, LARGEST_FILE_BYTES), MOST_PARTS)
    except OSError as error:
        raise RunDirectoryError(
            f"{path.name} cannot be read: {error.strerror}",
            where=str(path.parent),
            next_step="Give the directory that `qdoctor check` printed, or start anew without --resume.",
        ) from error
    return _validated(content, kind, path.name, path.parent)


def _validated(content: bytes, kind: type[_R], name: str, folder: Path) -> _R:
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:200]
        raise RunDirectoryError(
            f"{name} is not what this qdoctor writes: {f'{place}: ' if place else ''}{first['msg']}",
            where=str(folder),
            next_step="Remove that file and go on with --resume, or start anew.",
        ) from error


def _opened_folder(path: Path) -> int:
    path.mkdir(parents=True, exist_ok=True)
    # The folder itself may be a link: the user named it.
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _open_folder(name: str, parent: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise refused_link() from error
        raise


def _locked(folder: int) -> int:
    handle = os.open(
        ".lock", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644, dir_fd=folder
    )
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _replace(folder: int, leaf: str, content: bytes) -> None:
    """Write beside it under a name of our own, force it to the disk, and rename: all or nothing."""
    temporary = f"{leaf}.tmp"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=folder)
    handle = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=folder
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(temporary, leaf, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
