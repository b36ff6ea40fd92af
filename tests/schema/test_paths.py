from __future__ import annotations

import pytest

from doctor.schema.paths import is_setting, nearest_setting, refusal, setting_paths
from doctor.schema.setup import EngineSettings, Hardware, Model, Sampling, Scalar, Software, Workload


def test_every_field_of_a_setup_is_a_path_but_the_nested_ones() -> None:
    records = (Model, Hardware, Software, Workload, Sampling, EngineSettings)
    fields = sum(len(record.model_fields) for record in records)
    assert len(setting_paths()) == fields - 2  # model.architecture and engine.extra hold more than a value


@pytest.mark.parametrize("path", ["workload.input_len", "model.name", "engine.extra.anything"])
def test_settings(path: str) -> None:
    assert is_setting(path)


@pytest.mark.parametrize("path", ["", "workload", "workload.", "engine.extra", "engine.extra.", "origins.x"])
def test_no_settings(path: str) -> None:
    assert not is_setting(path)


@pytest.mark.parametrize(
    ("meant", "path"),
    [
        ("workload.max_concurency", "workload.max_concurrency"),
        ("top_p", "sampling.top_p"),
        ("engine.temperature", "sampling.temperature"),
        ("qwertzuiop", None),
        ("x" * 1_000_000, None),
    ],
)
def test_the_nearest_setting(meant: str, path: str | None) -> None:
    assert nearest_setting(meant) == path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("workload.max_concurrency", None),
        ("workload.input_len", 1),
        ("sampling.temperature", 0),
        ("sampling.top_p", 1),
        ("engine.dtype", "bfloat16"),
        ("model.weights", "dummy"),
        ("engine.extra.swap_space", 4),
    ],
)
def test_values_that_can_stand(path: str, value: Scalar) -> None:
    assert refusal(path, value) is None


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("workload.input_len", 0, "must lie between 1 and"),
        ("workload.input_len", 1.5, "must be a valid integer"),
        ("workload.input_len", None, "must be a valid integer"),
        ("sampling.top_p", 1.01, "must lie between"),
        ("model.weights", "fake", "must be 'real' or 'dummy'"),
        ("engine.dtype", "x" * 5000, "at most 4000 characters"),
        ("engine.extra.swap_space", [4], "must be a single value"),
    ],
)
def test_values_that_cannot(path: str, value: Scalar, words: str) -> None:
    assert words in str(refusal(path, value))
