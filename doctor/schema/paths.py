"""The dotted paths of a setup, and which values may stand at each of them."""

from __future__ import annotations

import difflib
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from doctor.schema.record import Record
from doctor.schema.setup import EngineSettings, Hardware, Model, Sampling, Scalar, Software, Workload

SECTIONS: dict[str, type[Record]] = {
    "model": Model,
    "hardware": Hardware,
    "software": Software,
    "workload": Workload,
    "sampling": Sampling,
    "engine": EngineSettings,
}
"""The sections of a setup, in the order in which they are shown."""

EXTRA = "engine.extra."
"""Below it any name may stand: arguments that are handed through to the engine."""

_NO_SETTING = {"model.architecture", "engine.extra"}

# Beyond these no benchmark of a language model lies; a larger number is a slip of the pen, and
# would only fail much later, inside the engine or in a sum that overflows.
_BOUNDS: dict[str, tuple[float, float]] = {
    "hardware.memory_gb": (0.1, 100_000),
    "hardware.count": (1, 100_000),
    "workload.input_len": (1, 100_000_000),
    "workload.output_len": (1, 100_000_000),
    "workload.num_prompts": (1, 100_000_000),
    "workload.max_concurrency": (1, 100_000_000),
    "workload.request_rate_per_s": (1e-6, 1e9),
    "sampling.temperature": (0, 100),
    "sampling.top_p": (1e-9, 1),
    "sampling.top_k": (-1, 10_000_000),
    "sampling.min_p": (0, 1),
    "sampling.presence_penalty": (-2, 2),
    "sampling.frequency_penalty": (-2, 2),
    "sampling.repetition_penalty": (1e-9, 100),
    "sampling.logprobs": (-1, 10_000_000),
    "sampling.n": (1, 100_000),
    "engine.gpu_memory_utilization": (1e-6, 1),
    "engine.num_gpu_blocks_override": (1, 10**12),
    "engine.kv_cache_memory_bytes": (1, 10**16),
    "engine.block_size": (1, 1_000_000),
    "engine.max_num_seqs": (1, 100_000_000),
    "engine.max_num_batched_tokens": (1, 10**10),
    "engine.max_model_len": (1, 10**10),
    "engine.tensor_parallel_size": (1, 100_000),
}
_LONGEST_TEXT = 4000


@cache
def setting_paths() -> tuple[str, ...]:
    """Every dotted path at which a setup holds one value, section by section."""
    paths = (f"{section}.{name}" for section, record in SECTIONS.items() for name in record.model_fields)
    return tuple(path for path in paths if path not in _NO_SETTING)


def is_setting(path: str) -> bool:
    """Whether a setup holds one value at this dotted path."""
    return path in setting_paths() or (path.startswith(EXTRA) and len(path) > len(EXTRA))


def nearest_setting(path: str) -> str | None:
    """The dotted path that was most likely meant; None where nothing comes near."""
    # The right name under the wrong section is likelier than the right section with another name.
    by_name = {known.rpartition(".")[2]: known for known in setting_paths()}
    close = difflib.get_close_matches(path[:200].rpartition(".")[2], by_name, n=1, cutoff=0.75)
    if close:
        return by_name[close[0]]
    found = difflib.get_close_matches(path[:200], setting_paths(), n=1, cutoff=0.7)
    return found[0] if found else None


def refusal(path: str, value: Any) -> str | None:  # noqa: ANN401 - whatever a file or flag holds
    """Why this value cannot stand at this path, in words ("must be …"); None where it can."""
    if path.startswith(EXTRA):
        return _text_refusal(value) or (None if _is_scalar(value) else "must be a single value")
    section, _, name = path.partition(".")
    field = SECTIONS[section].model_fields[name]
    try:
        _type_of(field).validate_python(value, strict=True)
    except ValidationError as error:
        return f"must be {_allowed(error)}"
    low, high = _BOUNDS.get(path, (None, None))
    if low is not None and high is not None and isinstance(value, int | float) and not low <= value <= high:
        return f"must lie between {low:g} and {high:g}"
    return _text_refusal(value)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _text_refusal(value: Scalar) -> str | None:
    if not isinstance(value, str):
        return None
    if len(value) > _LONGEST_TEXT:
        return f"must be at most {_LONGEST_TEXT} characters long"
    return None if value.isprintable() else "must not contain control characters"


def _type_of(field: FieldInfo) -> TypeAdapter[Any]:
    assert field.annotation is not None
    return TypeAdapter(field.annotation)


def _allowed(error: ValidationError) -> str:
    # A union complains once per member; the members other than None say what is wanted.
    wants: list[str] = []
    for detail in error.errors(include_url=False):
        words = detail["msg"].removeprefix("Input should be ").strip()
        if words not in ("None", *wants):
            wants.append(words)
    return " or ".join(wants)
