from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from doctor.engines.log import HEAD_BYTES, LONGEST_LINE, TAIL_LINES, EngineLog, open_log

MEGABYTES = 20


def printed(code: str, path: Path) -> EngineLog:
    """The log of what a Python process prints."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        return kept(process.stdout, path)


def kept(stream: IO[bytes], path: Path) -> EngineLog:
    log = EngineLog(stream, open_log(path))
    log.close()
    return log


def test_a_short_log_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    log = kept(io.BytesIO(b"one\ntwo\nthree"), path)
    assert path.read_bytes() == b"one\ntwo\nthree"
    assert log.tail(2) == ("two", "three")
    assert log.tail() == ("one", "two", "three")


def test_a_second_worker_writes_on_behind_the_first(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    kept(io.BytesIO(b"first\n"), path)
    kept(io.BytesIO(b"second\n"), path)
    assert path.read_bytes() == b"first\nsecond\n"


def test_a_flood_stays_within_its_bounds_and_keeps_both_ends(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    code = f"""
import sys
line = b"m" * 999 + b"\\n"
out = sys.stdout.buffer
out.write(b"the first words\\n")
for _ in range({MEGABYTES} * 1000):
    out.write(line)
out.write(b"the last words\\n")
"""
    log = printed(code, path)
    content = path.read_bytes()
    assert len(content) <= HEAD_BYTES + TAIL_LINES * LONGEST_LINE + 100
    assert content.startswith(b"the first words\n")
    assert content.endswith(b"the last words\n")
    assert log.tail(1) == ("the last words",)
    assert len(log.tail(10**9)) == TAIL_LINES


def test_the_file_says_how_many_bytes_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    lines = [b"%07d" % number + b"." * 991 + b"\n" for number in range(5_000)]
    kept(io.BytesIO(b"".join(lines)), path)
    content = path.read_bytes()
    note = next(line for line in content.splitlines() if line.startswith(b"[qdoctor: "))
    left_out = int(note.split()[1])
    kept_bytes = len(content) - len(note) - 2
    assert left_out + kept_bytes == sum(map(len, lines))
    assert content.endswith(b"".join(lines[-TAIL_LINES:]))


@pytest.mark.parametrize("beyond", [1, 3, TAIL_LINES])
def test_a_log_just_over_the_head_loses_and_repeats_nothing(tmp_path: Path, beyond: int) -> None:
    path = tmp_path / "engine.log"
    lines = [b"%07d" % number + b"." * 992 + b"\n" for number in range(HEAD_BYTES // 1000 + beyond)]
    kept(io.BytesIO(b"".join(lines)), path)
    assert path.read_bytes() == b"".join(lines)


def test_one_endless_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    log = kept(io.BytesIO(b"z" * 3_000_000), path)
    assert max(map(len, log.tail(TAIL_LINES))) == LONGEST_LINE
    assert path.stat().st_size <= HEAD_BYTES + TAIL_LINES * LONGEST_LINE + 100


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    log = kept(io.BytesIO(b"ok \xff\xfe\n\x00\n"), tmp_path / "engine.log")
    assert log.tail() == ("ok \ufffd\ufffd", "\x00")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_does_not_stop_the_draining() -> None:
    log = printed("print('x' * 5_000_000); print('the last words')", Path("/dev/full"))
    assert log.tail(1) == ("the last words",)


def test_lines_under_way_are_waited_for_while_somebody_holds_the_stream_open(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    log = EngineLog(os.fdopen(reading, "rb"), open_log(tmp_path / "engine.log"))
    lines = [f"{number:06d}" for number in range(9000)]  # 63 kB: what a pipe holds
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    log.settle()
    assert log.tail(TAIL_LINES) == tuple(lines[-TAIL_LINES:])
    os.close(writing)
    log.close()
