"""How many requests of the reference's length a GPU holds at once, by the memory equation."""

from __future__ import annotations

from doctor.checks.framework.contract import (
    Judgement,
    ModelCheck,
    ok,
    problem,
    reading,
    skipped,
    unknown,
    warning,
)
from doctor.checks.framework.units import gib, percent
from doctor.schema.check import CheckReading, ThroughputCost
from doctor.schema.model_fit import ModelFit, Room

_EQUATION = "memory equation, docs/performance-model.md"
_FEWER = 0.9
"""The equation is good to some percent; a smaller difference says nothing."""


def _judge(model: ModelFit) -> Judgement:
    length = model.tokens_per_sequence
    if length is None:
        return skipped("no lengths to compute with: --reference ID")
    if model.kv_bytes_per_token is None:
        return unknown(f"not computed: {model.refused}")
    here, published = model.here, model.published
    if here is None:
        there = f"; {_told(published, length)} by the memory equation" if published else ""
        return skipped(f"{model.no_room_here}{there}")
    seen = [_reading(room) for room in (here, published) if room is not None]
    seen.append(reading("gpu_memory_utilization", f"{model.gpu_memory_utilization:g}", "setup or default"))
    if here.sequences == 0:
        return _nothing_fits(model, here, seen)
    if published is not None and here.sequences < _FEWER * published.sequences:
        share = here.sequences / published.sequences
        return warning(
            f"{_told(here, length)}, {_told(published, length)}",
            *seen,
            cost=ThroughputCost(
                text=f"with enough requests, {percent(share)} as many are decoded at once; decode is bound by"
                " reading weights until the batch is large (arithmetic)",
                source="docs/performance-model.md",
            ),
            action="Compare with a card of the same memory, raise the memory fraction, or halve the KV cache"
            " with fp8.",
            command="vllm serve MODEL --gpu-memory-utilization 0.95 --kv-cache-dtype fp8",
        )
    return ok(_told(here, length), *seen)


def _nothing_fits(model: ModelFit, here: Room, seen: list[CheckReading]) -> Judgement:
    weights = gib(model.weights_bytes or 0)
    if here.kv_cache_tokens == 0:
        summary = f"weights of {weights} and the engine's working memory leave no room for a KV cache"
        action = "Take a quantised model, several GPUs, or a larger one."
        command = "vllm serve MODEL --quantization fp8 --tensor-parallel-size 2"
    else:
        summary = f"room for {here.kv_cache_tokens} tokens: not one request of {model.tokens_per_sequence}"
        action = "Raise the memory fraction, take an fp8 KV cache, or shorten the requests."
        command = f"vllm serve MODEL --gpu-memory-utilization 0.95 --max-model-len {here.kv_cache_tokens}"
    return problem(
        f"{summary} on {here.memory_of} ({gib(here.memory_bytes)})",
        *seen,
        cost=ThroughputCost(text="all of it: the engine does not start with such requests"),
        action=action,
        command=command,
    )


def _reading(room: Room) -> CheckReading:
    return reading(
        room.memory_of, f"{gib(room.memory_bytes)}, {room.kv_cache_tokens} tokens of KV cache", _EQUATION
    )


def _told(room: Room, length: int) -> str:
    return f"{room.memory_of} holds {room.sequences} requests of {length} tokens"


CHECK = ModelCheck("sequences-that-fit", "Requests that fit the memory", _judge)
