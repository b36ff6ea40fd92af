"""The order of the runs: interleaved over arms, sharing engine starts, seeded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence

from doctor.schema.plan import Arm, PlannedRun
from doctor.schema.setup import Setup


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


def schedule(
    arms: Sequence[Arm], *, starts: int, repeats_per_start: int, seed: int
) -> tuple[PlannedRun, ...]:
    """Every arm once per round; a round starts each engine anew.

    The first round keeps the order of the arms, so that a budget that runs out cuts the
    least important ones; later rounds are shuffled, engines and arms within them.
    """
    generator = random.Random(seed)  # noqa: S311  (an order, not a secret)
    runs: list[PlannedRun] = []
    engine_start = 0
    for round_ in range(starts):
        for group in _groups(arms, generator if round_ else None):
            for repeat in _repeats(group, repeats_per_start, round_, generator):
                run = {"position": len(runs), "engine_start": engine_start, **repeat}
                runs.append(PlannedRun.model_validate(run))
            engine_start += 1
    return tuple(runs)


def _groups(arms: Sequence[Arm], generator: random.Random | None) -> list[list[Arm]]:
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(engine_key(arm.setup), []).append(arm)
    ordered = list(groups.values())
    if generator is not None:
        generator.shuffle(ordered)
    return ordered


def _repeats(
    group: Sequence[Arm], repeats: int, round_: int, generator: random.Random
) -> Iterator[dict[str, str | int]]:
    for one in range(repeats):
        order = list(group)
        if round_ or one:
            generator.shuffle(order)
        for arm in order:
            yield {"arm": arm.id, "repeat": round_ * repeats + one}


def _needed_length(setup: Setup) -> int:
    workload = setup.workload
    return max(setup.engine.max_model_len or 0, workload.input_len + workload.output_len + 1)


def _with_length(arm: Arm, length: int) -> Arm:
    engine = arm.setup.engine.model_copy(update={"max_model_len": length})
    return arm.model_copy(update={"setup": arm.setup.model_copy(update={"engine": engine})})
