"""A model directory from architecture figures: config.json and a tokenizer, no weights."""

from __future__ import annotations

import json

from doctor.schema.setup import Architecture


def model_files(architecture: Architecture) -> dict[str, str]:
    """What vLLM needs to build the model with ``load_format="dummy"``: file name → content.

    The tokenizer maps every id to a word of its own, so that detokenization is real work
    without any download.
    """
    return {
        "config.json": json.dumps(_configuration(architecture)),
        "tokenizer.json": json.dumps(_tokenizer(architecture.vocab_size)),
        "tokenizer_config.json": json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "model_max_length": architecture.max_position_embeddings,
            }
        ),
    }


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
