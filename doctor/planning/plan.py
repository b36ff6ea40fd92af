"""From a reference, a user's setup and ablations to the plan of what will be run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from doctor.planning.arms import KvCacheTokens, ablation_arm, factorial_arms, reference_arm
from doctor.planning.factors import factors, grouped
from doctor.planning.load import WAVES, sequences_in_flight, shortened
from doctor.planning.replica import (
    as_far_as_shown,
    describe_replica,
    not_carried_over,
    scale_down,
    scales_for,
)
from doctor.planning.schedule import with_common_length
from doctor.schema.ablation import Ablation
from doctor.schema.plan import Arm, Difference, Factor, Omission, Plan, Replica
from doctor.schema.setup import Setup

MOST_FACTORS = 5
"""Beyond, factors are grouped by the resource they touch."""

SAME_RUN = "comes to the same run as the reference at this scale"


class Wish(NamedTuple):
    """What is asked of the planner."""

    reference: Setup
    user: Setup | None
    differences: tuple[Difference, ...]
    ablations: tuple[Ablation, ...]
    inflations: tuple[Ablation, ...]
    """What may have inflated the published figure; run only if it lies beyond the reference arm."""
    seed: int
    budget_s: float
    most_repeats: int


class Ground(NamedTuple):
    """What the runs will stand on.

    ``replica_why``: why the published setup cannot run here; None where it can.
    ``kv_cache_tokens``: of a setup on the published hardware for a replica, on this GPU otherwise.
    """

    has_gpu: bool
    replica_why: str | None
    kv_cache_tokens: KvCacheTokens
    starts_are_dear: bool = False
    """Whether an engine start takes longer than a run: on a GPU, with its graphs and compilation."""


Fit = Callable[[Setup], Setup]


def make_plan(wish: Wish, ground: Ground) -> Plan:
    """The arms in the order of their weight, fitted to the machine. Their runs are decided round by round."""
    fit, replica = _fitting(wish, ground)
    carried, vanished = _live_factors(wish, fit)
    arms = [reference_arm(wish.reference)]
    if wish.user is not None and carried:
        arms += factorial_arms(wish.reference, wish.user, carried)
    ablations, left_out = _ablation_arms(wish, ground, fit)
    arms += [*ablations, *_inflation_arms(wish, ground, arms + ablations)]
    fitted = with_common_length([arm.model_copy(update={"setup": fit(arm.setup)}) for arm in arms])
    return Plan(
        factors=carried,
        differences=wish.differences,
        arms=fitted,
        seed=wish.seed,
        budget_s=wish.budget_s,
        omissions=(*left_out, *vanished, *(not_carried_over(wish.reference, wish.user) if replica else ())),
        replica=replica,
        most_repeats=wish.most_repeats,
        starts_are_dear=ground.starts_are_dear,
    )


def _fitting(wish: Wish, ground: Ground) -> tuple[Fit, Replica | None]:
    """How a setup is brought to this machine, and what is told of it."""
    if ground.replica_why is None:
        return (lambda setup: _shorten(setup, ground.kv_cache_tokens(setup))), None
    kv_cache_tokens = ground.kv_cache_tokens(wish.reference)
    scales = scales_for(wish.reference, kv_cache_tokens)
    steps = WAVES * scales.tokens(scales.output_len)

    def fit(setup: Setup) -> Setup:
        small = scale_down(setup, scales, ground.kv_cache_tokens(as_far_as_shown(setup, wish.reference)))
        blocks, size = small.engine.num_gpu_blocks_override, small.engine.block_size
        in_flight = sequences_in_flight(small, (blocks - 1) * size if blocks and size else None)
        offered = {"num_prompts": scales.count(setup.workload.num_prompts)}
        workload = shortened(small.workload.model_copy(update=offered), in_flight, steps=steps)
        return small.model_copy(update={"workload": workload})

    replica = describe_replica(
        wish.reference, fit(wish.reference), scales, kv_cache_tokens, ground.replica_why
    )
    return fit, replica


def _shorten(setup: Setup, kv_cache_tokens: int | None) -> Setup:
    in_flight = sequences_in_flight(setup, kv_cache_tokens)
    return setup.model_copy(update={"workload": shortened(setup.workload, in_flight)})


def _live_factors(wish: Wish, fit: Fit) -> tuple[tuple[Factor, ...], tuple[Omission, ...]]:
    """The factors that still differ once both setups were fitted to the machine."""
    found = factors(wish.differences)
    if len(found) > MOST_FACTORS:
        found = grouped(found)
    if wish.user is None:
        return (), ()
    live, vanished = [], []
    reference = fit(wish.reference)
    for factor in found:
        alone = fit(_single_break(wish.reference, wish.user, factor).setup)
        if _same_run(alone, reference):
            words = f"{factor.title} ({', '.join(change.path for change in factor.changes)})"
            vanished.append(Omission(what=words, why=SAME_RUN))
        else:
            live.append(factor)
    return tuple(live), tuple(vanished)


def _single_break(reference: Setup, user: Setup, factor: Factor) -> Arm:
    return factorial_arms(reference, user, (factor,))[0]


def _inflation_arms(wish: Wish, ground: Ground, taken: Sequence[Arm]) -> list[Arm]:
    """The ways in which the published figure may have been reached, where its source does not rule them out.

    None on a replica: its rates cannot be held against a published one.
    """
    if ground.replica_why is not None:
        return []
    ids = {arm.id for arm in taken}
    return [
        ablation_arm(wish.reference, one, ground.kv_cache_tokens).model_copy(update={"conditional": True})
        for one in wish.inflations
        if one.id not in ids and not all(_is_stated(wish.reference, path) for path in one.changes)
    ]


def _is_stated(reference: Setup, path: str) -> bool:
    origin = reference.origins.get(path)
    return origin is not None and origin.kind == "published"


def _same_run(one: Setup, other: Setup) -> bool:
    def bare(setup: Setup) -> object:
        return setup.model_dump(exclude={"origins"})

    return bare(one) == bare(other)


def _ablation_arms(wish: Wish, ground: Ground, fit: Fit) -> tuple[list[Arm], list[Omission]]:
    """The ablations that change something on this device, and those that do not, with the reason."""
    gpu = ground.has_gpu and ground.replica_why is None
    reference = fit(wish.reference)
    arms, left_out = [], []
    for ablation in wish.ablations:
        arm = ablation_arm(wish.reference, ablation, ground.kv_cache_tokens)
        if ablation.requires == "gpu" and not gpu:
            left_out.append(Omission(what=ablation.title, why="needs a GPU"))
        elif _same_run(fit(arm.setup), reference):
            left_out.append(Omission(what=ablation.title, why=SAME_RUN))
        else:
            arms.append(arm)
    return arms, left_out
