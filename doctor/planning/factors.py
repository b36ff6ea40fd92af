"""The factors: which settings belong together, and which resource they touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from doctor.schema.plan import Difference, Factor, SettingChange


class _Kind(NamedTuple):
    id: str
    title: str
    resource: str
    paths: tuple[str, ...]


_KINDS = (
    _Kind(
        "concurrency",
        "Requests in flight",
        "load",
        ("workload.max_concurrency", "workload.request_rate_per_s"),
    ),
    _Kind("num_prompts", "Number of prompts", "load", ("workload.num_prompts",)),
    _Kind("output_length", "Output length", "tokens", ("workload.output_len",)),
    _Kind("input_length", "Input length", "tokens", ("workload.input_len",)),
    _Kind("prefix_sharing", "Prefix sharing", "cache", ("workload.prompts", "engine.enable_prefix_caching")),
    _Kind(
        "sampling",
        "Token sampling",
        "sampling",
        ("sampling.temperature", "sampling.top_p", "sampling.top_k", "sampling.min_p"),
    ),
    _Kind(
        "penalties",
        "Penalties",
        "sampling",
        ("sampling.presence_penalty", "sampling.frequency_penalty", "sampling.repetition_penalty"),
    ),
    _Kind("logprobs", "Log probabilities", "sampling", ("sampling.logprobs",)),
    _Kind("parallel_samples", "Samples per request", "sampling", ("sampling.n",)),
    _Kind("detokenization", "Detokenization", "host", ("sampling.detokenize",)),
    _Kind("early_end", "End of sequence", "tokens", ("sampling.ignore_eos",)),
    _Kind(
        "kv_memory",
        "KV cache memory",
        "kv memory",
        (
            "engine.gpu_memory_utilization",
            "engine.num_gpu_blocks_override",
            "engine.kv_cache_memory_bytes",
            "engine.block_size",
        ),
    ),
    _Kind("max_num_seqs", "max_num_seqs", "kv memory", ("engine.max_num_seqs",)),
    _Kind(
        "token_budget",
        "Token budget per step",
        "kv memory",
        ("engine.max_num_batched_tokens", "engine.enable_chunked_prefill"),
    ),
    _Kind("execution", "Eager execution", "execution", ("engine.enforce_eager",)),
    _Kind("async_scheduling", "Asynchronous scheduling", "execution", ("engine.async_scheduling",)),
    _Kind(
        "precision",
        "Number formats",
        "execution",
        ("engine.dtype", "engine.kv_cache_dtype", "engine.quantization"),
    ),
    _Kind("max_model_len", "max_model_len", "kv memory", ("engine.max_model_len",)),
    _Kind("parallelism", "Tensor parallelism", "hardware", ("engine.tensor_parallel_size",)),
)

_BY_PATH = {path: kind for kind in _KINDS for path in kind.paths}


def factor_of(path: str) -> str | None:
    """The factor that carries a setting; None where none does (hardware, software, names)."""
    kind = _BY_PATH.get(path)
    return kind.id if kind else None


def factors(differences: Sequence[Difference]) -> tuple[Factor, ...]:
    """The factors in which two setups differ, in the order of the table of differences."""
    changes: dict[str, list[SettingChange]] = {}
    for row in differences:
        if row.factor is not None:
            change = SettingChange(path=row.path, reference=row.reference, user=row.user)
            changes.setdefault(row.factor, []).append(change)
    by_id = {kind.id: kind for kind in _KINDS}
    return tuple(
        Factor(id=id_, title=by_id[id_].title, resource=by_id[id_].resource, changes=tuple(rows))
        for id_, rows in changes.items()
    )


def grouped(found: Sequence[Factor]) -> tuple[Factor, ...]:
    """Factors of one resource merged into one, where there are too many to run apart."""
    by_resource: dict[str, list[Factor]] = {}
    for factor in found:
        by_resource.setdefault(factor.resource, []).append(factor)
    return tuple(
        members[0] if len(members) == 1 else _merged(resource, members)
        for resource, members in by_resource.items()
    )


def _merged(resource: str, members: Sequence[Factor]) -> Factor:
    return Factor(
        id=resource.replace(" ", "_") + "_group",
        title=" and ".join(member.title for member in members),
        resource=resource,
        changes=tuple(change for member in members for change in member.changes),
    )
