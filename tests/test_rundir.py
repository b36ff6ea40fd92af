from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from doctor.errors import RunDirectoryError
from doctor.rundir import FORMAT, RunDirectory, read_record
from doctor.schema.request import CheckRequest
from doctor.schema.run import Run

REQUEST = CheckRequest(reference="qwen1.5-7b-chat-a100-80g", engine_python="/usr/bin/python3", budget_s=600.0)


def run(position: int) -> Run:
    return Run(arm="reference", repeat=position, engine_start=0, position=position, status="ok", wall_s=1.5)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "new" / "one") as directory:
        assert not directory.has("request")
        directory.write("request", REQUEST)
        assert directory.has("request")
        assert directory.read("request", CheckRequest) == REQUEST


def test_runs_come_back_in_the_order_they_were_made(tmp_path: Path) -> None:
    with RunDirectory(tmp_path) as directory:
        for position in (10, 2, 0, 100):
            directory.keep_run(run(position))
        assert [one.position for one in directory.runs()] == [0, 2, 10, 100]
        assert next(directory.runs()) == run(0)


def test_a_directory_is_opened_again(tmp_path: Path) -> None:
    for position in (0, 1):
        with RunDirectory(tmp_path) as directory:
            directory.keep_run(run(position))
            assert len(list(directory.runs())) == position + 1


def test_a_second_opener_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    with RunDirectory(tmp_path):
        with pytest.raises(RunDirectoryError, match="Another qdoctor is at work") as caught:
            RunDirectory(tmp_path).__enter__()
        assert str(tmp_path) in str(caught.value)
    with RunDirectory(tmp_path):
        pass


def test_a_killed_owner_does_not_keep_the_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from doctor.rundir import RunDirectory\n"
        "with RunDirectory(Path(sys.argv[1])): print('open', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        try:
            assert owner.stdout.readline() == b"open\n"
            with pytest.raises(RunDirectoryError, match="Another qdoctor"):
                RunDirectory(tmp_path).__enter__()
        finally:
            owner.kill()
    with RunDirectory(tmp_path):
        pass


@pytest.mark.parametrize("marker", ['{"format": 2}', '{"format": "1"}', "{}", "[1]", "7", "", "\x00", "{"])
def test_another_format_is_refused_and_the_lock_let_go(tmp_path: Path, marker: str) -> None:
    (tmp_path / "format.json").write_text(marker)
    for _ in range(2):  # the second time it is still the format that is refused, not the lock
        with pytest.raises(RunDirectoryError, match=f"writes format {FORMAT}"):
            RunDirectory(tmp_path).__enter__()
    assert (tmp_path / "format.json").read_text() == marker


def test_a_new_directory_is_marked_with_format_and_time(tmp_path: Path) -> None:
    with RunDirectory(tmp_path):
        marker = json.loads((tmp_path / "format.json").read_text())
    assert marker["format"] == FORMAT
    assert marker["created_at"].endswith("+00:00")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirectoryError, match="cannot be written: Not a directory") as caught:
        RunDirectory(tmp_path / "file" / "runs").__enter__()
    assert "--output DIR" in caught.value.next_step


# --- one file, whole or not at all ---------------------------------------------------------


def rewrite_for_ever(folder: Path) -> None:
    with RunDirectory(folder) as directory:
        number = 0
        while True:
            number += 1
            directory.write_text("content.json", json.dumps([number] * 50_000))


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    with RunDirectory(tmp_path) as directory:
        directory.write_text("content.json", json.dumps([0] * 50_000))
    context = multiprocessing.get_context("spawn")
    for attempt in range(4):
        writer = context.Process(target=rewrite_for_ever, args=(tmp_path,))
        writer.start()
        before = (tmp_path / "content.json").stat().st_mtime_ns
        while (tmp_path / "content.json").stat().st_mtime_ns == before:
            time.sleep(0.002)
        time.sleep(0.0031 * attempt)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        content = json.loads((tmp_path / "content.json").read_text())
        assert len(content) == 50_000
        assert len(set(content)) == 1


def full_disk(path: Path, text: str = "", **_: Any) -> None:
    """A fake of a full disk: a part is written, then the kernel's error comes."""
    if text:
        path.write_bytes(text.encode()[: len(text) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("fails", ["writing", "renaming"])
def test_a_full_disk_keeps_the_old_content_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    with RunDirectory(tmp_path) as directory:
        directory.write("request", REQUEST)
        before = files(tmp_path)
        with monkeypatch.context() as patch:
            if fails == "writing":
                patch.setattr(Path, "write_text", full_disk)
            else:
                patch.setattr(os, "replace", lambda source, target: full_disk(target))
            with pytest.raises(RunDirectoryError, match="No space left on device") as caught:
                directory.write("request", REQUEST.model_copy(update={"seed": 7}))
        assert "--resume" in caught.value.next_step
        assert directory.read("request", CheckRequest) == REQUEST
        assert files(tmp_path) == before  # no half-written leavings


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device(tmp_path: Path) -> None:
    with RunDirectory(tmp_path) as directory:
        (tmp_path / "report.json.tmp").symlink_to("/dev/full")
        with pytest.raises(RunDirectoryError, match=r"report\.json cannot be written: No space left"):
            directory.write_text("report.json", "x" * 100_000)
        assert not directory.has("report")


# --- reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_truncated_json_is_an_error_that_names_the_file(tmp_path: Path, share: float) -> None:
    with RunDirectory(tmp_path) as directory:
        path = directory.write("request", REQUEST)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * (len(content) - 2))])
        with pytest.raises(RunDirectoryError) as caught:
            directory.read("request", CheckRequest)
    assert str(caught.value).startswith("request.json is not what this qdoctor writes: Invalid JSON")
    assert str(tmp_path) in str(caught.value)


def test_a_wrong_field_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "0003.json"
    path.write_text(run(3).model_dump_json().replace('"wall_s":1.5', '"wall_s":"fast"'))
    with pytest.raises(RunDirectoryError, match=r"0003\.json .*: wall_s: "):
        read_record(path, Run)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b'{"wall_s": NaN}', b"null", b"\x00"])
def test_hostile_content_is_an_error_not_a_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "0000.json"
    path.write_bytes(content)
    with pytest.raises(RunDirectoryError, match=r"0000\.json"):
        read_record(path, Run)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"plan\.json cannot be read: No such file"):
        read_record(tmp_path / "plan.json", Run)


def test_a_file_that_nobody_of_us_wrote_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "0000.json"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: it takes no room
    with pytest.raises(RunDirectoryError, match="larger than any"):
        read_record(path, Run)
