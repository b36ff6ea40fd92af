"""A pasted vLLM command, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.record import Record
from doctor.schema.setup import Origin, Scalar

Tool = Literal["vllm bench throughput", "benchmark_throughput.py", "vllm serve", "vllm bench serve"]
"""``vllm serve`` stands for the API server however it is started, ``vllm bench serve`` also for
``benchmark_serving.py``."""


class Command(Record):
    """What a pasted command sets, and what could not be read of it."""

    tools: tuple[Tool, ...]
    """What it runs: one tool, or a server and its client."""
    entry: Literal["LLM", "server"]
    """Whose defaults hold for the engine: the offline class's or the server's."""
    overrides: Mapping[str, tuple[Scalar, Origin]] = Field(default_factory=dict)
    """Dotted path of ``Setup`` → value that the run really had, and the flag that set it."""
    asked: Mapping[str, Scalar] = Field(default_factory=dict)
    """What was asked for where the tool delivers something else (see ``notes``)."""
    environment: Mapping[str, str] = Field(default_factory=dict)
    """Variables that steer the engine. Never secrets."""
    notes: tuple[str, ...] = ()
    """What the reader of a report must know: traps, settings that the command leaves to a file."""
    unread: tuple[str, ...] = ()
    """Flags that were not understood or have no effect, each with the reason."""
