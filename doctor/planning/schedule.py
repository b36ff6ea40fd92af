"""The order of the runs: interleaved over arms, sharing engine starts, seeded."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from typing import TypeVar

from doctor.schema.plan import Arm, Plan, PlannedRun
from doctor.schema.setup import Setup

_T = TypeVar("_T")


def engine_key(setup: Setup) -> str:
    """Equal for setups that one engine can serve: same model, same engine arguments."""
    engine = setup.engine.model_dump()
    return json.dumps(
        [setup.model.model_dump(), engine, setup.sampling.detokenize], sort_keys=True, default=str
    )


def with_common_length(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """Arms of one engine get one ``max_model_len``: what they state, at least their longest request.

    Arms that state different ones stay apart: the difference may be what is to be measured.
    """
    longest: dict[str, int] = {}
    for arm in arms:
        key = engine_key(arm.setup)
        longest[key] = max(longest.get(key, 0), _needed_length(arm.setup))
    return tuple(_with_length(arm, longest[engine_key(arm.setup)]) for arm in arms)


def round_of_runs(plan: Plan, wanted: Collection[str], again: Collection[str] = ()) -> tuple[PlannedRun, ...]:
    """The next round of a plan: every wanted arm once, engines started anew.

    The first round keeps the order of the arms, so that a budget that runs out cuts the least
    important ones; later rounds are shuffled by the plan's seed, engines and arms within them.
    Arms in ``again`` run once more before their engine is stopped: as the round after.
    """
    number = plan.rounds
    generator = random.Random(f"{plan.seed}/{number}")  # noqa: S311  (an order, not a secret)
    arms = [arm for arm in plan.arms if arm.id in wanted]
    first_start = 1 + max((run.engine_start for run in plan.schedule), default=-1)
    runs: list[PlannedRun] = []
    for start, group in enumerate(_groups(arms, generator if number else None), first_start):
        once = [(arm.id, number) for arm in _ordered(group, generator if number else None)]
        twice = [(arm.id, number + 1) for arm in group if arm.id in again]
        for arm_id, repeat in once + twice:
            position = len(plan.schedule) + len(runs)
            runs.append(PlannedRun(position=position, arm=arm_id, repeat=repeat, engine_start=start))
    return tuple(runs)


def _groups(arms: Sequence[Arm], generator: random.Random | None) -> list[list[Arm]]:
    """The arms by the engine that serves them."""
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(engine_key(arm.setup), []).append(arm)
    return _ordered(list(groups.values()), generator)


def _ordered(items: list[_T], generator: random.Random | None) -> list[_T]:
    return items if generator is None else generator.sample(items, len(items))


def _needed_length(setup: Setup) -> int:
    workload = setup.workload
    return max(setup.engine.max_model_len or 0, workload.input_len + workload.output_len + 1)


def _with_length(arm: Arm, length: int) -> Arm:
    engine = arm.setup.engine.model_copy(update={"max_model_len": length})
    return arm.model_copy(update={"setup": arm.setup.model_copy(update={"engine": engine})})
