"""The arms: reference, user, the cells between them, and ablations. All at published scale."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from doctor.planning.load import sequences_in_flight
from doctor.planning.settings import setting, with_settings
from doctor.schema.ablation import KV_CACHE_SEQUENCES, Ablation, Scale
from doctor.schema.plan import Arm, Factor
from doctor.schema.setup import Origin, Scalar, Setup

KvCacheTokens = Callable[[Setup], int | None]
"""Tokens that KV memory holds under a setup; None: not known."""

FULL_FACTORIAL = 3
"""Up to so many factors all cells are run; beyond, both ends, single fixes and single breaks."""

REFERENCE = "reference"
USER = "user"
CELL_PREFIX = "cell-"
_VLLM_BLOCK_SIZE = 16


def reference_arm(reference: Setup) -> Arm:
    """The published setup, or as much of it as is known."""
    return Arm(id=REFERENCE, title="Reference setup", role="reference", setup=reference)


def factorial_arms(reference: Setup, user: Setup, factors: Sequence[Factor]) -> tuple[Arm, ...]:
    """The user's arm and the cells between: every wanted subset of factors at the user's value."""
    return tuple(_cell(reference, user, factors, chosen) for chosen in _subsets(tuple(f.id for f in factors)))


def ablation_arm(reference: Setup, ablation: Ablation, kv_cache_tokens: KvCacheTokens) -> Arm:
    """The reference with one thing changed."""
    changes = dict(_changes(reference, ablation, kv_cache_tokens))
    origin = Origin(kind="assumed", note=f"ablation {ablation.id}")
    return Arm(
        id=ablation.id,
        title=ablation.title,
        role="ablation",
        setup=with_settings(reference, changes, origin),
        ablation=ablation.id,
        cause=ablation.cause,
    )


def _cell(reference: Setup, user: Setup, factors: Sequence[Factor], chosen: frozenset[str]) -> Arm:
    everything = len(chosen) == len(factors)
    switched = [factor for factor in factors if factor.id in chosen]
    paths = [change.path for factor in switched for change in factor.changes]
    # The user's arm is the user's setup itself, with what no factor carries left as the reference has it.
    setup = reference
    for path in paths:
        origin = user.origins.get(path, Origin(kind="engine default"))
        setup = with_settings(setup, {path: setting(user, path)}, origin)
    return Arm(
        # Ablations are called after their change too ("logprobs"): a cell's id must not be one of theirs.
        id=USER if everything else CELL_PREFIX + "+".join(sorted(chosen)),
        title="Your setup" if everything else "Reference with your " + _listed(f.title for f in switched),
        role="user" if everything else "cell",
        setup=setup,
        factors=chosen,
    )


def _subsets(ids: Sequence[str]) -> list[frozenset[str]]:
    """Non-empty subsets to run, the user's (all of them) first, then by size."""
    everything = frozenset(ids)
    if len(ids) <= FULL_FACTORIAL:
        sizes = range(1, len(ids))
        middle = [frozenset(chosen) for size in sizes for chosen in itertools.combinations(ids, size)]
    else:
        breaks = [frozenset((one,)) for one in ids]
        middle = breaks + [everything - one for one in breaks]
    return [everything, *middle]


def _changes(
    reference: Setup, ablation: Ablation, kv_cache_tokens: KvCacheTokens
) -> Iterable[tuple[str, Scalar]]:
    for path, change in ablation.changes.items():
        if path == KV_CACHE_SEQUENCES:
            yield _kv_change(reference, change, kv_cache_tokens)
        elif isinstance(change, Scale):
            yield path, _scaled(reference, path, change, kv_cache_tokens)
        else:
            yield path, change


def _scaled(reference: Setup, path: str, scale: Scale, kv_cache_tokens: KvCacheTokens) -> Scalar:
    value = setting(reference, path)
    if value is None:
        # Caps that the reference leaves open are scaled from the load that it reaches.
        value = sequences_in_flight(reference, kv_cache_tokens(reference))
    assert isinstance(value, int | float)
    return max(1, round(value * scale.times)) if isinstance(value, int) else value * scale.times


def _kv_change(
    reference: Setup, change: Scalar | Scale, kv_cache_tokens: KvCacheTokens
) -> tuple[str, Scalar]:
    """KV memory for so many full sequences, as a number of blocks."""
    if isinstance(change, Scale):
        in_flight = sequences_in_flight(reference, kv_cache_tokens(reference))
        sequences = max(1, round(in_flight * change.times))
    else:
        assert isinstance(change, int)
        sequences = change
    workload = reference.workload
    block_size = reference.engine.block_size or _VLLM_BLOCK_SIZE
    return "engine.num_gpu_blocks_override", kv_blocks(
        sequences, workload.input_len + workload.output_len, block_size
    )


def kv_blocks(sequences: int, tokens_per_request: int, block_size: int) -> int:
    """Blocks that hold so many full requests, and the one that vLLM keeps as its null block.

    vLLM ``v1/core/block_pool.py`` (0.8.5 to 0.32.0) takes one block out of the pool for itself.
    """
    together = sequences * -(-tokens_per_request // block_size)
    # An engine only starts where one request of max_model_len fits, which is a token more (schedule.py).
    alone = -(-(tokens_per_request + 1) // block_size)
    return max(together, alone) + 1


def _listed(titles: Iterable[str]) -> str:
    return " and ".join(title if title[:2].isupper() else title[0].lower() + title[1:] for title in titles)
