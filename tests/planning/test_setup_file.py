from __future__ import annotations

from pathlib import Path

import pytest

from doctor.errors import UsageError
from doctor.planning.setup_file import load_setup_file


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def test_sections_become_dotted_paths_with_the_file_as_origin(tmp_path: Path) -> None:
    text = """
    workload: {input_len: 1024, max_concurrency: 8}
    sampling:
      top_p: 0.85
    engine:
      enforce_eager: true
      extra: {swap_space: 4}
    hardware: {accelerator: H200, memory_gb: 141}
    software: {version: "0.11.0"}
    """
    overrides = load_setup_file(write(tmp_path, text))
    assert {path: value for path, (value, _) in overrides.items()} == {
        "workload.input_len": 1024,
        "workload.max_concurrency": 8,
        "sampling.top_p": 0.85,
        "engine.enforce_eager": True,
        "engine.extra.swap_space": 4,
        "hardware.accelerator": "H200",
        "hardware.memory_gb": 141,
        "software.version": "0.11.0",
    }
    assert {(origin.kind, origin.note) for _, origin in overrides.values()} == {("user", "mine.yaml")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("workload: {input_length: 5}", "workload.input_length: there is no such setting"),
        ("engine: {top_p: 0.5}", "did you mean sampling.top_p?"),
        ("input_len: 5", "'input_len' is no section, did you mean workload.input_len?"),
        ("workload: 5", "workload: 5 is not allowed"),
        ("workload:", "workload: None is not allowed"),
        ("workload: {input_len: many}", "input_len: 'many' is not allowed, it must be a valid integer"),
        ("workload: {input_len: [1, 2]}", "[1, 2] is not allowed"),
        ("engine: {extra: 5}", "engine.extra: 5 is not allowed"),
        ("engine: {extra: {a: {b: c}}}", "must be a single value"),
        ("engine: {max_num_seqs: 0}", "between 1 and"),
        ("software: {version: 0.11}", "software.version: 0.11 is not allowed, it must be a valid string"),
        ("model: {architecture: {hidden_size: 3}}", "model.architecture: there is no such setting"),
        ("engine: {1: 2}", "engine.1: there is no such setting"),
        ("[]", "no mapping"),
        ("a: &a {b: 1}\nc: *a", "aliases"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_path_value_and_what_is_allowed(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        load_setup_file(write(tmp_path, text))
    assert words in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_setup_file(tmp_path / "absent.yaml")
