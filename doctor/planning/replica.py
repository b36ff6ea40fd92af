"""Setups scaled down to a machine that cannot run the published one.

What is kept: the architecture's family and its ratios (heads to KV heads, MLP to hidden),
the ratio of input to output length, of prompts to sequences in flight, and of KV memory to
sequences. What is given up: every absolute rate. A replica says what a change costs in
relative terms on this machine, and nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

from doctor.planning.arms import kv_blocks
from doctor.planning.load import WAVES, sequences_in_flight
from doctor.planning.replica_model import REPLICA_DTYPE, replica_model
from doctor.planning.settings import setting, with_settings
from doctor.schema.plan import Omission, Replica
from doctor.schema.setup import Hardware, Origin, Scalar, Setup

MOST_TOKENS_PER_REQUEST = 64
MOST_SEQUENCES = 32
SMALL_COUNT = 8
BLOCK_SIZE = 32
"""The smallest that vLLM's CPU attention takes (``v1/attention/backends/cpu_attn.py``, 0.32.0)."""

# Settings that a CPU engine has no counterpart for; a difference in one is told, not measured.
GPU_ONLY = (
    "engine.enforce_eager",
    "engine.dtype",
    "engine.kv_cache_dtype",
    "engine.quantization",
    "engine.tensor_parallel_size",
    "engine.async_scheduling",
)


class Scales(NamedTuple):
    """The two scales of a replica, and the reference's lengths to count KV memory in."""

    length: float
    sequences: float
    input_len: int
    output_len: int

    @property
    def tokens_per_request(self) -> int:
        """Of the reference as published."""
        return self.input_len + self.output_len

    @property
    def small_tokens_per_request(self) -> int:
        """Of the reference as it runs here: either length is rounded by itself."""
        return self.tokens(self.input_len) + self.tokens(self.output_len)

    def tokens(self, tokens: int) -> int:
        """A length in tokens, at least one."""
        return max(1, round(tokens * self.length))

    def count(self, count: int) -> int:
        """A number of sequences or prompts. Up to eight it stays: a single request is a single request."""
        return count if count <= SMALL_COUNT else max(SMALL_COUNT, round(count * self.sequences))


def scale_down(setup: Setup, scales: Scales, kv_cache_tokens: int | None) -> Setup:
    """One setup as it runs on a CPU engine.

    ``kv_cache_tokens`` is what the published hardware would hold under this setup, from the
    memory equation; None where it is not known, and then KV memory is taken not to bind.
    """
    workload = setup.workload
    changes: dict[str, Scalar] = {
        "workload.input_len": scales.tokens(workload.input_len),
        "workload.output_len": scales.tokens(workload.output_len),
        "workload.num_prompts": min(scales.count(workload.num_prompts), WAVES * MOST_SEQUENCES),
        "workload.max_concurrency": _optional(scales, workload.max_concurrency),
        "workload.request_rate_per_s": None,
        "engine.max_num_seqs": _optional(scales, setup.engine.max_num_seqs),
        "engine.max_num_batched_tokens": _token_budget(setup, scales),
        "engine.max_model_len": None,
        "engine.gpu_memory_utilization": None,
        "engine.kv_cache_memory_bytes": None,
        "engine.block_size": BLOCK_SIZE,
        "engine.num_gpu_blocks_override": _blocks(scales, kv_cache_tokens),
    }
    changes.update(dict.fromkeys(GPU_ONLY))
    # "auto" would bring a float32 model down to bfloat16 (vLLM ``config/model.py``, 0.32.0).
    changes.update({"engine.enforce_eager": True, "engine.dtype": REPLICA_DTYPE})
    note = f"lengths × {scales.length:.3g}, sequences × {scales.sequences:.3g}"
    small = with_settings(setup, changes, Origin(kind="scaled", note=note))
    return small.model_copy(
        update={
            "model": replica_model(setup.model),
            "hardware": Hardware(accelerator="CPU"),
            "engine": small.engine.model_copy(update={"extra": {}}),
        }
    )


def as_far_as_shown(setup: Setup, reference: Setup) -> Setup:
    """The setup with what a CPU engine cannot show put back: its share of KV memory must not show either."""
    changes = {path: setting(reference, path) for path in GPU_ONLY}
    return with_settings(setup, changes, Origin(kind="scaled", note="as in the reference"))


def describe_replica(
    reference: Setup, small: Setup, scales: Scales, kv_cache_tokens: int | None, why: str
) -> Replica:
    """What the reader is told about the replica; ``small`` is the scaled reference."""
    return Replica(
        why=why,
        length_scale=scales.length,
        sequence_scale=scales.sequences,
        notes=_notes(reference, small, kv_cache_tokens),
    )


def scales_for(reference: Setup, kv_cache_tokens: int | None) -> Scales:
    """The scales that bring the reference to a few seconds per run on two cores."""
    workload = reference.workload
    tokens = workload.input_len + workload.output_len
    in_flight = sequences_in_flight(reference, kv_cache_tokens)
    return Scales(
        length=min(1.0, MOST_TOKENS_PER_REQUEST / tokens),
        sequences=min(1.0, MOST_SEQUENCES / in_flight),
        input_len=workload.input_len,
        output_len=workload.output_len,
    )


def _blocks(scales: Scales, kv_cache_tokens: int | None) -> int | None:
    """KV blocks for as many scaled requests as the published memory holds full ones."""
    if kv_cache_tokens is None:
        return None
    sequences = max(1, kv_cache_tokens // scales.tokens_per_request)
    return kv_blocks(scales.count(sequences), scales.small_tokens_per_request, BLOCK_SIZE)


def _token_budget(setup: Setup, scales: Scales) -> int | None:
    """The budget per step in scaled tokens; vLLM wants at least ``max_num_seqs``."""
    budget = setup.engine.max_num_batched_tokens
    if budget is None:
        return None
    return max(scales.tokens(budget), _optional(scales, setup.engine.max_num_seqs) or BLOCK_SIZE)


def _optional(scales: Scales, count: int | None) -> int | None:
    return None if count is None else scales.count(count)


def _notes(reference: Setup, small: Setup, kv_cache_tokens: int | None) -> tuple[str, ...]:
    workload = small.workload
    notes = [
        f"{workload.input_len} tokens in and {workload.output_len} out stand for "
        f"{reference.workload.input_len} and {reference.workload.output_len}",
        "a model of two layers with dummy weights: the share of sampling and of the scheduler in a step "
        "is larger than in the published model",
    ]
    if kv_cache_tokens is not None:
        sequences = kv_cache_tokens // (reference.workload.input_len + reference.workload.output_len)
        notes.append(
            f"KV memory for {sequences} full requests on the published hardware (computed) "
            f"is {small.engine.num_gpu_blocks_override} blocks here"
        )
    if reference.model.architecture is None:
        notes.append("the publication names no architecture figures: a dense Llama stands in")
    return tuple(notes)


def not_carried_over(reference: Setup, user: Setup | None) -> tuple[Omission, ...]:
    """The differences that a CPU engine cannot show."""
    if user is None:
        return ()
    paths = [path for path in GPU_ONLY if setting(reference, path) != setting(user, path)]
    if dict(reference.engine.extra) != dict(user.engine.extra):
        paths.append("engine.extra")
    return tuple(
        Omission(what=path, why="has no counterpart on a CPU engine; its effect was not measured")
        for path in paths
    )
