"""What a run directory keeps of a published figure that a user's file holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from doctor.errors import RunDirectoryError
from doctor.locations import reference_runs
from doctor.pipeline.places import published
from doctor.references import load_reference
from doctor.rundir import RunDirectory
from doctor.schema.request import CheckRequest

ID = "qwen1.5-7b-chat-a100-80g"


def asked(reference: str) -> CheckRequest:
    return CheckRequest(reference=reference, engine_python="python", budget_s=60.0)


def test_the_figure_of_a_users_file_is_kept_where_the_file_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    shutil.copy(reference_runs() / f"{ID}.yaml", file)
    with RunDirectory(tmp_path / "run") as directory:
        found = published(asked(str(file)), directory)
        file.unlink()
        assert published(asked(str(file)), directory) == found
    assert found.id == ID


def test_what_a_stranger_put_there_is_held_to_the_same(tmp_path: Path) -> None:
    forged = load_reference(ID).model_copy(update={"title": "\x1b[2J gone"})
    with RunDirectory(tmp_path / "run") as directory:
        directory.write("reference", forged)
        with pytest.raises(RunDirectoryError, match="control characters"):
            published(asked("mine.yaml"), directory)


def test_one_that_comes_with_qdoctor_is_read_anew(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run") as directory:
        assert published(asked(ID), directory).id == ID
        assert not directory.has("reference")
