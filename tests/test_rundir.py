from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doctor.errors import RunDirectoryError
from doctor.rundir import FORMAT, RunDirectory, read_record
from doctor.schema.request import CheckRequest
from doctor.schema.run import Run
from tests.mounts import on_tmpfs, small_disks

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


FULL = """
import resource, sys
from pathlib import Path
from doctor.errors import RunDirectoryError
from doctor.rundir import RunDirectory
with RunDirectory(Path(sys.argv[1])) as directory:
    directory.write_text("content.json", "old")
    if sys.argv[2] == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        directory.write_text("content.json", "x" * 1_000_000)
    except RunDirectoryError as error:
        print(error)
    print(*sorted(path.name for path in Path(sys.argv[1]).iterdir()))
    print((Path(sys.argv[1]) / "content.json").read_text())
"""


def test_a_write_that_is_cut_short_keeps_the_old_content_and_says_what_to_do(tmp_path: Path) -> None:
    line = [sys.executable, "-c", FULL, str(tmp_path), "limit"]
    said, files, content = subprocess.run(
        line, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said.startswith("content.json cannot be written: File too large")
    assert "--resume" in said
    assert files == ".lock content.json format.json"  # no half-written leavings
    assert content == "old"


@small_disks
def test_a_really_full_disk(tmp_path: Path) -> None:
    done = on_tmpfs(tmp_path, "size=256k", [sys.executable, "-c", FULL, str(tmp_path), "none"])
    said, files, content = done.stdout.splitlines()
    assert said.startswith("content.json cannot be written: No space left on device")
    assert files == ".lock content.json format.json"
    assert content == "old"


@small_disks
def test_a_directory_that_may_only_be_read(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from doctor.rundir import RunDirectory\n"
    code += "try:\n  RunDirectory(Path(sys.argv[1])).__enter__()\n"
    code += "except Exception as e: print(type(e).__name__, e)"
    done = on_tmpfs(tmp_path, "ro", [sys.executable, "-c", code, str(tmp_path)])
    assert done.stdout.startswith(
        "RunDirectoryError The run directory cannot be written: Read-only file system"
    )


# --- nothing outside it is touched ----------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    file = tmp_path / "outside" / "precious"
    file.parent.mkdir()
    file.write_text("precious")
    return file


@pytest.mark.parametrize("name", ["content.json.tmp", "content.json"])
def test_a_link_is_replaced_and_not_written_through(tmp_path: Path, outside: Path, name: str) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / name).symlink_to(outside)
    with RunDirectory(folder) as directory:
        directory.write_text("content.json", "new")
    assert outside.read_text() == "precious"
    assert (folder / "content.json").read_text() == "new"
    assert not (folder / "content.json").is_symlink()


@pytest.mark.parametrize("name", [".lock", "format.json"])
def test_a_link_in_place_of_a_file_of_ours_is_refused(tmp_path: Path, outside: Path, name: str) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / name).symlink_to(outside)
    with pytest.raises(RunDirectoryError):
        RunDirectory(folder).__enter__()
    assert outside.read_text() == "precious"


def test_a_linked_folder_is_neither_read_nor_written(tmp_path: Path, outside: Path) -> None:
    (outside.parent / "0000.json").write_text(run(0).model_dump_json())
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "runs").symlink_to(outside.parent)
    with RunDirectory(folder) as directory:
        with pytest.raises(RunDirectoryError, match="it is a link"):
            list(directory.runs())
        with pytest.raises(RunDirectoryError, match="it is a link"):
            directory.keep_run(run(1))
    assert {path.name for path in outside.parent.iterdir()} == {"precious", "0000.json"}


def test_a_linked_run_is_not_read(tmp_path: Path, outside: Path) -> None:
    outside.write_text(run(0).model_dump_json())
    with RunDirectory(tmp_path / "run") as directory:
        directory.keep_run(run(0))
        (tmp_path / "run" / "runs" / "0001.json").symlink_to(outside)
        with pytest.raises(RunDirectoryError, match=r"0001\.json cannot be read: it is a link"):
            list(directory.runs())


def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    with RunDirectory(tmp_path) as directory:
        os.mkfifo(tmp_path / "plan.json")
        with pytest.raises(RunDirectoryError, match="it is no regular file"):
            directory.read("plan", CheckRequest)


# --- what is written is redacted ------------------------------------------------------------


@pytest.mark.parametrize("redacting", [True, False])
def test_secrets_stay_out_of_every_record(tmp_path: Path, redacting: bool) -> None:
    asked = REQUEST.model_copy(
        update={"command": ("qdoctor", "check", "--command", "HF_TOKEN=hf_abc vllm serve m")}
    )
    with RunDirectory(tmp_path, redacting=redacting) as directory:
        path = directory.write("request", asked)
        assert ("hf_abc" in path.read_text()) is not redacting
        assert directory.read("request", CheckRequest).reference == asked.reference


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
    with pytest.raises(RunDirectoryError, match="it is larger than 32 MiB"):
        read_record(path, Run)
