"""A model directory from architecture figures: config.json and a tokenizer, no weights."""

from __future__ import annotations

import json
from pathlib import Path

from doctor.schema.setup import Architecture


def write_model_directory(architecture: Architecture, directory: Path) -> Path:
    """Write what vLLM needs to build the model with ``load_format="dummy"``; gives the directory.

    The tokenizer maps every id to a word of its own, so that detokenization is real work
    without any download.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "config.json", _configuration(architecture))
    _write(directory / "tokenizer.json", _tokenizer(architecture.vocab_size))
    _write(
        directory / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": architecture.max_position_embeddings,
        },
    )
    return directory


def _configuration(architecture: Architecture) -> dict[str, object]:
    figures = architecture.model_dump(exclude={"extra"}, exclude_none=True)
    return {
        **figures,
        "architectures": list(architecture.architectures),
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "bos_token_id": 1,
        "eos_token_id": 2,
        **architecture.extra,
    }


def _tokenizer(vocabulary: int) -> dict[str, object]:
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {f"w{index}": index for index in range(vocabulary)},
            "unk_token": "w0",
        },
    }


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
