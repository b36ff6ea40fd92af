"""Architectures by name or from a ``config.json``."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from doctor.errors import InputError, UsageError
from doctor.plain_files import json_within, read_bounded
from doctor.schema.setup import Architecture
from doctor.schema.violations import violation

MODEL_FOLDER = Path(__file__).parent / "models"
"""``config.json`` of models with published figures, reduced to what shapes the work. From
transformers, mlc-llm, litgpt and Pai-Megatron-Patch, which print the Hub's configurations."""

_MOST_BYTES = 4 << 20
_MOST_PARTS = 100_000
"""The longest configurations list a few thousand quantised layers."""


def find_architecture(name: str) -> Architecture:
    """A shipped model by name (any case, with or without its organisation), or a path to a config."""
    path = Path(name)
    if path.is_dir():
        path = path / "config.json"
    if path.is_file():
        return read_config(path)
    shipped = _shipped(name)
    if shipped.is_file():
        return read_config(shipped)
    known = ", ".join(sorted(p.stem for p in MODEL_FOLDER.glob("*.json")))
    raise UsageError(
        f"Unknown model {name!r}", next_step=f"Give the path of its config.json, or one of {known}"
    )


def hub_name(name: str) -> str:
    """What the Hub calls a shipped model, for commands that fetch it; any other name as it is."""
    shipped = _shipped(name)
    if Path(name).exists() or not shipped.is_file():
        return name
    return str(json.loads(shipped.read_text())["_name_or_path"])


def _shipped(name: str) -> Path:
    return MODEL_FOLDER / f"{name.lower().rsplit('/', 1)[-1]}.json"


def read_config(path: Path) -> Architecture:
    """The architecture that a Hugging Face ``config.json`` describes."""
    try:
        raw = json.loads(json_within(read_bounded(path, _MOST_BYTES), _MOST_PARTS))
        text = raw.get("text_config", raw)
        known = set(Architecture.model_fields) - {"extra"}
        fields = {key: value for key, value in text.items() if key in known and value is not None}
        fields.setdefault("architectures", raw.get("architectures") or [text.get("model_type", "unknown")])
        fields.setdefault("num_key_value_heads", text.get("num_attention_heads"))
        if "torch_dtype" not in fields and text.get("dtype"):
            fields["torch_dtype"] = text["dtype"]
        extra = {k: v for k, v in text.items() if k not in known and k[:1] != "_" and _is_plain(v)}
        return Architecture.model_validate({**fields, "extra": extra})
    except ValidationError as error:
        raise _refused(path, violation(error, Architecture)) from error
    except OSError as error:
        raise _refused(path, str(error.strerror)) from error
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise _refused(path, " ".join(str(error).split())[:200]) from error


def _refused(path: Path, why: str) -> InputError:
    return InputError(
        f"This is not a model configuration: {why}",
        where=str(path),
        next_step="Give the config.json that lies beside the weights.",
    )


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, (bool, int, float, str)) or item is None for item in value)
    return isinstance(value, (bool, int, float, str)) or value is None
