"""What must be said about the lengths that a benchmark tool delivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from doctor.evidence.command_flags import Flags, count_of, text_of
from doctor.schema.command import Tool
from doctor.schema.versions import parse_version

TRAP_SINCE = (0, 14, 0)
"""The first release whose offline benchmark ignores --input-len and --output-len."""


class Choice(NamedTuple):
    """One length: its value, the words for its origin, and the value that was overruled."""

    value: int
    why: str
    overruled: int | None = None


def prefix_flag(tool: Tool, version: str | None) -> str:
    """The flag that puts a shared prefix before each random prompt."""
    numbers = parse_version(version)
    old = tool == "benchmark_throughput.py" or (numbers is not None and numbers < TRAP_SINCE)
    return "prefix_len" if old and tool != "vllm bench serve" else "random_prefix_len"


def length_notes(
    tool: Tool, flags: Flags, version: str | None, chosen: Mapping[str, Choice | None]
) -> Iterator[str]:
    """Where the delivered lengths are not those asked for, or are no single lengths, in sentences."""
    overruled = [one for one in chosen.values() if one and one.overruled is not None]
    if overruled:
        ran = "/".join(str(one.value) for one in chosen.values() if one)
        wanted = "/".join(str(one.overruled or one.value) for one in chosen.values() if one)
        yield (
            f"vllm bench throughput {version} does not run the {wanted} tokens it was asked for, but {ran}: "
            "--random-input-len and --random-output-len win over --input-len and --output-len, given or not."
        )
    general_only = any(
        name in flags and f"random_{name}" not in flags for name in ("input_len", "output_len")
    )
    if tool == "vllm bench throughput" and parse_version(version) is None and general_only:
        yield (
            "From vLLM 0.14.0 on, vllm bench throughput ignores --input-len and --output-len and runs "
            "1024/128 tokens; the version is not known here, so the lengths asked for are taken."
        )
    spread = text_of(flags, "random_range_ratio")
    if spread not in (None, "0", "0.0"):
        yield f"Lengths vary between requests (--random-range-ratio {spread}); these are the means."
    if (count_of(flags, prefix_flag(tool, version)) or 0) > 0:
        yield "All prompts share a prefix, which prefix caching computes once."
    if (
        tool == "vllm bench throughput"
        and "prefix_len" in flags
        and prefix_flag(tool, version) != "prefix_len"
    ):
        yield "--prefix-len has no effect in this version; --random-prefix-len does."
