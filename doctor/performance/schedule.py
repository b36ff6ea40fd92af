"""What the scheduler replay takes and gives: rules, jobs, and the steps that come out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from doctor.errors import UsageError

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """What vLLM's V1 scheduler goes by; names as in vLLM where it has one."""

    num_gpu_blocks: int
    """As vLLM logs it; one of them is its null block and is never handed out."""
    block_size: int = 16
    max_num_seqs: int = 256
    max_num_batched_tokens: int = 8192
    enable_prefix_caching: bool = True
    enable_chunked_prefill: bool = True
    reserve_full_prompt: bool = True
    """Admit a request only if its whole prompt would fit (``scheduler_reserve_full_isl``, 0.20 on)."""
    watermark: float = 0.0
    """Fraction of blocks kept free at admission while others run (field from 0.32 on)."""

    def __post_init__(self) -> None:
        if self.max_num_batched_tokens < self.max_num_seqs:
            raise UsageError(
                f"max_num_batched_tokens ({self.max_num_batched_tokens}) is below"
                f" max_num_seqs ({self.max_num_seqs}), which vLLM refuses",
                next_step="Raise max_num_batched_tokens or lower max_num_seqs",
            )


@dataclass(frozen=True)
class Job:
    """One request: tokens in, tokens out, and when it arrives (seconds; 0: at the start)."""

    prompt_tokens: int
    output_tokens: int
    arrival_s: float = 0.0
    shared_tokens: int = 0
    """Leading prompt tokens that every job has in common (identical prompts). Exact unless the
    prompt is a whole number of blocks long: then a preempted request is one block off vLLM."""


@dataclass
class Steps:
    """The run as a list of stretches; all steps of one stretch have the same batch.

    A stretch of more than one step is pure decoding. Plain lists while the replay fills them.
    """

    count: list[int] = field(default_factory=list)
    decodes: list[int] = field(default_factory=list)
    context: list[int] = field(default_factory=list)
    """Σ context tokens over the decoding requests at the first step, the new token included;
    it grows by ``decodes`` with every step."""
    longest: list[int] = field(default_factory=list)
    """Context tokens of the longest decoding request at the first step; it grows by one a step."""
    running: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    """Blocks in use after the stretch's last allocation."""
    preempted: list[int] = field(default_factory=list)
    chunk_step: list[int] = field(default_factory=list)
    chunk_new: list[int] = field(default_factory=list)
    chunk_cached: list[int] = field(default_factory=list)
    """Prefill chunks: the stretch they run in, their new tokens, and tokens before them."""

    def tokens(self, index: int) -> int:
        """Tokens scheduled in each step of that stretch."""
        chunks = (n for s, n in zip(self.chunk_step, self.chunk_new, strict=True) if s == index)
        return self.decodes[index] + sum(chunks)


@dataclass(frozen=True)
class Schedule:
    """A finished replay. Step numbers count from 0; times are known only once steps are timed."""

    steps: Steps
    first_token_step: Ints
    finish_step: Ints
    """By job: the step that gave its first token, and its last."""
    offered_step: Ints
    """By job: the step before which the engine was given it."""
    output_tokens: Ints
    preemptions: int
    peak_running: int
    peak_blocks: int
    rules: Rules
    start_s: NDArray[np.float64] | None = None
    """When each stretch starts; None where the replay ran without a clock."""
