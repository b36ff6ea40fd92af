"""The flags of a user's setup, spelled as vLLM spells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import click

from doctor.commands._numbers import FiniteRange
from doctor.schema.request import Override
from doctor.schema.setup import Origin, Scalar

_F = TypeVar("_F", bound=Callable[..., object])


class _Flag(NamedTuple):
    name: str
    path: str
    kind: Any
    help: str


_AT_LEAST_ONE = click.IntRange(min=1, max=10_000_000)
_FLAGS = (
    _Flag("--input-len", "workload.input_len", _AT_LEAST_ONE, "Prompt tokens per request."),
    _Flag("--output-len", "workload.output_len", _AT_LEAST_ONE, "Output tokens per request."),
    _Flag("--num-prompts", "workload.num_prompts", _AT_LEAST_ONE, "Requests in all."),
    _Flag("--max-concurrency", "workload.max_concurrency", _AT_LEAST_ONE, "Requests in flight at most."),
    _Flag(
        "--request-rate",
        "workload.request_rate_per_s",
        FiniteRange(min=0, min_open=True),
        "Arrivals per second.",
    ),
    _Flag("--identical-prompts", "workload.prompts", "identical", "Every request has the same prompt."),
    _Flag("--temperature", "sampling.temperature", FiniteRange(min=0, max=10), "0 is greedy."),
    _Flag("--top-p", "sampling.top_p", FiniteRange(0, 1, min_open=True), "Nucleus sampling."),
    _Flag("--top-k", "sampling.top_k", click.IntRange(min=0), "Most likely tokens to draw from; 0: all."),
    _Flag("--min-p", "sampling.min_p", FiniteRange(0, 1), "Least probability, relative to the best."),
    _Flag("--presence-penalty", "sampling.presence_penalty", FiniteRange(-2, 2), ""),
    _Flag("--frequency-penalty", "sampling.frequency_penalty", FiniteRange(-2, 2), ""),
    _Flag("--repetition-penalty", "sampling.repetition_penalty", FiniteRange(0, 2, min_open=True), ""),
    _Flag("--logprobs", "sampling.logprobs", click.IntRange(0, 20), "Log probabilities per token."),
    _Flag("--n", "sampling.n", click.IntRange(1, 64), "Outputs per request."),
    _Flag("--disable-detokenize", "sampling.detokenize", False, "Leave token ids undecoded."),
    _Flag("--gpu-memory-utilization", "engine.gpu_memory_utilization", FiniteRange(0, 1, min_open=True), ""),
    _Flag(
        "--num-gpu-blocks-override",
        "engine.num_gpu_blocks_override",
        click.IntRange(min=2),
        "KV cache blocks.",
    ),
    _Flag("--kv-cache-memory-bytes", "engine.kv_cache_memory_bytes", click.IntRange(min=1), ""),
    _Flag("--block-size", "engine.block_size", _AT_LEAST_ONE, ""),
    _Flag("--max-num-seqs", "engine.max_num_seqs", _AT_LEAST_ONE, ""),
    _Flag(
        "--max-num-batched-tokens", "engine.max_num_batched_tokens", _AT_LEAST_ONE, "Token budget per step."
    ),
    _Flag("--max-model-len", "engine.max_model_len", _AT_LEAST_ONE, ""),
    _Flag("--enforce-eager", "engine.enforce_eager", True, ""),
    _Flag("--dtype", "engine.dtype", str, ""),
    _Flag("--kv-cache-dtype", "engine.kv_cache_dtype", str, ""),
    _Flag("--quantization", "engine.quantization", str, ""),
    _Flag("--enable-prefix-caching/--no-enable-prefix-caching", "engine.enable_prefix_caching", bool, ""),
    _Flag("--enable-chunked-prefill/--no-enable-chunked-prefill", "engine.enable_chunked_prefill", bool, ""),
    _Flag("--async-scheduling/--no-async-scheduling", "engine.async_scheduling", bool, ""),
    _Flag("--tensor-parallel-size", "engine.tensor_parallel_size", _AT_LEAST_ONE, ""),
)


def setup_options(command: _F) -> _F:
    """Add the flags of a setup to a command; their values arrive as keyword arguments."""
    for flag in reversed(_FLAGS):
        command = _option(flag)(command)
    return command


def take_overrides(values: dict[str, Any]) -> Mapping[str, Override]:
    """Take the values of these flags out of a command's keyword arguments; what was not given is left out."""
    given: dict[str, Override] = {}
    for flag in _FLAGS:
        value = values.pop(_parameter(flag))
        if value is not None:
            origin = Origin(kind="user", note=flag.name.split("/")[0])
            given[flag.path] = Override(value=_value(flag, value), origin=origin)
    return given


def _option(flag: _Flag) -> Callable[[_F], _F]:
    if isinstance(flag.kind, bool) or flag.kind == "identical":
        return click.option(flag.name, _parameter(flag), is_flag=True, default=None, help=flag.help)
    return click.option(flag.name, _parameter(flag), type=flag.kind, default=None, help=flag.help)


def _parameter(flag: _Flag) -> str:
    return "setup_" + flag.path.replace(".", "_")


def _value(flag: _Flag, value: Any) -> Scalar:  # noqa: ANN401  (click's converted value)
    fixed = isinstance(flag.kind, bool) or flag.kind == "identical"
    result: Scalar = flag.kind if fixed else value
    return result
