from __future__ import annotations

import json
import os
from pathlib import Path

from doctor.schema.model_fit import ModelFit
from tests.checks.judging import environment_of, judge
from tests.checks.models import QWEN, model_here, qwen_on, small_config

NAME = "model-weights"


def judged(model: ModelFit) -> tuple[str, str]:
    result = judge(NAME, environment_of(), model)
    return result.state, result.summary


def cached(root: Path, files: dict[str, int], index: list[str] | None = None) -> None:
    """A model in Hugging Face's cache, as huggingface_hub lays it out: links to blobs."""
    folder = root / "cache/models--some--model"
    snapshot = folder / "snapshots" / "abc"
    (folder / "blobs").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(small_config())
    for name, size in files.items():
        (folder / "blobs" / name).write_bytes(b"\0" * size)
        (snapshot / name).symlink_to(os.path.relpath(folder / "blobs" / name, snapshot))
    if index is not None:
        (snapshot / "model.safetensors.index.json").write_text(
            json.dumps({"weight_map": {str(number): file for number, file in enumerate(index)}})
        )


def test_without_a_model_it_is_skipped() -> None:
    assert judge(NAME, environment_of()).state == "skipped"


def test_what_is_not_here_would_be_downloaded(tmp_path: Path) -> None:
    state, summary = judged(qwen_on(tmp_path))
    # 7.72 billion parameters of two bytes are 14.4 GiB.
    assert (state, summary) == ("warning", f"{QWEN} is not on this machine: vLLM would download 14.4 GiB")


def test_no_download_and_no_weights_is_no_start(tmp_path: Path) -> None:
    state, summary = judged(qwen_on(tmp_path, environ={"HF_HUB_OFFLINE": "1"}))
    assert state == "problem"
    assert "forbids to download" in summary


def test_no_room_for_the_download(tmp_path: Path) -> None:
    model = qwen_on(tmp_path)
    full = model.model_copy(update={"weights": model.weights.model_copy(update={"free_bytes": 5 << 30})})
    assert judged(full) == ("problem", f"{QWEN} would be downloaded: 14.4 GiB, but only 5 GiB are free")


def test_a_cached_model_is_found(tmp_path: Path) -> None:
    # 2 layers: qkv 64×128, o 64×64, gate_up 64×256, down 128×64; embedding and head 2 × 64000; norms 320.
    parameters = 2 * (8192 + 4096 + 16384 + 8192) + 128_000 + 320
    cached(tmp_path, {"model.safetensors": 2 * parameters})
    model = model_here(tmp_path, "some/model", HF_HUB_CACHE="/cache")
    assert model.parameters == parameters
    assert model.weights.size_bytes == model.weights_bytes == 2 * parameters
    state, summary = judged(model)
    assert state == "ok"
    assert summary.endswith("in Hugging Face's cache")


def test_a_download_that_was_broken_off(tmp_path: Path) -> None:
    cached(tmp_path, {"a.safetensors": 1000}, index=["a.safetensors", "b.safetensors", "c.safetensors"])
    state, summary = judged(model_here(tmp_path, "some/model", HF_HUB_CACHE="/cache"))
    assert state == "problem"
    assert summary == "2 of the weight files are missing: b.safetensors, c.safetensors"


def test_another_number_format_is_told(tmp_path: Path) -> None:
    cached(tmp_path, {"model.safetensors": 60_000})  # a quarter of the bfloat16 weights
    state, summary = judged(model_here(tmp_path, "some/model", HF_HUB_CACHE="/cache"))
    assert state == "warning"
    assert "another number format" in summary


def test_a_folder_without_weights(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(small_config())
    model = model_here(tmp_path, "/models/mine")
    assert model.architecture_from == "config.json beside the weights"
    state, summary = judged(model)
    assert (state, summary) == ("warning", "no weights in /models/mine: a run there needs dummy weights")


def test_a_damaged_index_and_a_link_to_nowhere_are_survived(tmp_path: Path) -> None:
    cached(tmp_path, {"a.safetensors": 1000}, index=[])
    snapshot = tmp_path / "cache/models--some--model/snapshots/abc"
    (snapshot / "model.safetensors.index.json").write_text('{"weight_map": [1, 2')
    (snapshot / "b.safetensors").symlink_to("nowhere")
    assert model_here(tmp_path, "some/model", HF_HUB_CACHE="/cache").weights.size_bytes == 1000
