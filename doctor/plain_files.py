"""Files whose content is a stranger's: read whole, but never more than was bargained for.

A name that a stranger chose can be a pipe that never ends, a device, a link to elsewhere, or a
terabyte of holes. Reading such a thing must fail at once, not hang or fill the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_bounded(path: Path | str, most_bytes: int, *, dir_fd: int | None = None) -> bytes:
    """The content of a regular file of at most ``most_bytes`` bytes.

    With ``dir_fd``, ``path`` is a name in that open folder, and a link is refused. Raises OSError
    whose ``strerror`` says in words what is wrong with it.
    """
    # Not blocking: to open a pipe for reading would otherwise wait for somebody who writes.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_NOFOLLOW if dir_fd is not None else 0)
    try:
        handle = os.open(path, flags, dir_fd=dir_fd)
    except OSError as error:
        if error.errno == errno.ELOOP and dir_fd is not None:
            raise refused_link() from error
        raise
    except ValueError as error:  # a name with a zero byte
        raise OSError(errno.EINVAL, "not a usable path") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file")
    with os.fdopen(handle, "rb") as file:
        # Files of /proc have no size; one that grows has another size by now.
        content = file.read(most_bytes + 1) if found.st_size <= most_bytes else b""
    if max(len(content), found.st_size) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {size_in_words(most_bytes)}")
    return content


def json_within(content: bytes, most_parts: int) -> bytes:
    """The content itself, where it cannot hold more values than that; OSError where it could.

    A parser takes some hundred bytes for each value, and a validator more for each complaint: a few
    megabytes of brackets would take gigabytes. Commas in texts count too, so this is an upper bound.
    """
    if content.count(b",") + content.count(b"[") + content.count(b"{") > most_parts:
        raise OSError(errno.EFBIG, f"it holds more than {most_parts} values")
    return content


def refused_link() -> OSError:
    """What is raised for a link where only files of one's own are expected."""
    return OSError(errno.ELOOP, "it is a link, and links are not followed here")


def size_in_words(size_bytes: int) -> str:
    """A limit as people read it."""
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size_bytes >= size:
            return f"{size_bytes // size} {unit}"
    return f"{size_bytes} bytes"
