"""Single lines of an engine's log that state a size, a time or a version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import Fact, Origin
from doctor.schema.setup import Scalar


@dataclass(frozen=True)
class _Line:
    regex: re.Pattern[str]
    starts: tuple[str, ...]
    names: tuple[tuple[str, str, Callable[[str], Scalar]], ...]
    """Group, name of the engine fact, type."""


def _int(text: str) -> int:
    return int(text.replace(",", "")[:18])


def _float(text: str) -> float | None:
    return printed_number(text)


def _word(text: str) -> str:
    return text[:120]


_LINES = (
    _Line(
        re.compile(r"# (?:GPU|CPU|cuda|TPU|\w{2,10}) blocks: (?P<n>\d+), # CPU blocks: \d+"),
        ("# GPU bl", "# CPU bl", "# cuda b", "# TPU bl"),
        (("n", "num_gpu_blocks", _int),),
    ),
    _Line(
        re.compile(r"[A-Z]{1,12}(?: \+ host)? KV cache size: (?P<n>\d[\d,]*) tokens"),
        ("GPU KV c", "CPU KV c", "XPU KV c"),
        (("n", "kv_cache_tokens", _int),),
    ),
    _Line(
        re.compile(r"Maximum concurrency for (?P<len>\d[\d,]*) tokens per request: (?P<x>[\d.]+)x"),
        ("Maximum concurrency", "GPU KV c", "CPU KV c", "XPU KV c"),
        (("x", "max_concurrency_at_model_len", _float), ("len", "max_model_len", _int)),
    ),
    _Line(
        re.compile(r"Available KV cache memory: (?P<g>-?[\d.]+) GiB"),
        ("Available KV",),
        (("g", "kv_cache_gib", _float),),
    ),
    _Line(
        re.compile(r"the rest of the memory reserved for KV Cache is (?P<g>-?[\d.]+)GiB"),
        ("model weights take", "the current vLLM"),
        (("g", "kv_cache_gib", _float),),
    ),
    _Line(
        re.compile(r"Loading model weights took (?P<g>[\d.]+) Gi?B"),
        ("Loading model",),
        (("g", "weights_gib", _float),),
    ),
    _Line(
        re.compile(r"Model loading took (?P<g>[\d.]+) GiB(?: memory)? and (?P<s>[\d.]+) seconds"),
        ("Model loading",),
        (("g", "weights_gib", _float), ("s", "load_s", _float)),
    ),
    _Line(
        re.compile(r"Loading weights took (?P<s>[\d.]+) seconds"),
        ("Loading weights",),
        (("s", "load_s", _float),),
    ),
    _Line(
        re.compile(r"init engine \(profile, create kv cache, warmup model\) took (?P<s>[\d.]+) s"),
        ("init engine",),
        (("s", "start_s", _float),),
    ),
    _Line(
        re.compile(r"vLLM API server version (?P<v>[\w.+-]+)|vLLM server version (?P<v2>[\w.+-]+),"),
        ("vLLM API server", "vLLM server version"),
        (("v", "version", _word), ("v2", "version", _word)),
    ),
    _Line(
        re.compile(r"Using max model len (?P<n>\d+)"),
        ("Using max model",),
        (("n", "max_model_len", _int),),
    ),
)

STARTS = tuple(start for line in _LINES for start in line.starts)


def read_fact_line(text: str, origin: Origin) -> list[Fact]:
    """The engine facts that one line states."""
    found = []
    for line in _LINES:
        match = line.regex.search(text)
        if match is None:
            continue
        for group, name, convert in line.names:
            if match[group] is not None:
                value = convert(match[group])
                if value is not None:
                    found.append(Fact(path=name, value=value, origin=origin, weight="log"))
    return found
