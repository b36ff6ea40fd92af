from __future__ import annotations

from typing import Any

import pytest

from doctor.causes.catalogue import load_ablations
from doctor.planning.arms import KvCacheTokens
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of
from doctor.planning.plan import SAME_RUN, Ground, Wish, make_plan
from doctor.planning.schedule import engine_key
from doctor.schema.ablation import Ablation
from doctor.schema.plan import Plan
from doctor.schema.setup import Origin, Setup
from tests.planning.builders import REFERENCE, changed, published_kv_tokens

ALL = load_ablations()
NO_GPU = Ground(has_gpu=False, replica_why="this machine has no GPU", kv_cache_tokens=published_kv_tokens)
A_GPU = Ground(has_gpu=True, replica_why=None, kv_cache_tokens=published_kv_tokens)
KV_FOR_TWO = 2 * 125 + 1


def plan(
    user: Setup | None = None,
    *,
    reference: Setup = REFERENCE,
    ablations: tuple[Ablation, ...] = (),
    ground: Ground = NO_GPU,
    inflations: bool = False,
    **wish: Any,
) -> Plan:
    rows = differences(reference, user, factor_of) if user else ()
    asked = {"seed": 0, "budget_s": 600.0, "most_repeats": 3, **wish}
    return make_plan(
        Wish(
            reference=reference,
            user=user,
            differences=rows,
            ablations=ablations,
            inflations=tuple(one for one in ALL if one.inflates and inflations),
            **asked,
        ),
        ground,
    )


def named(*ids: str) -> tuple[Ablation, ...]:
    found = tuple(one for one in ALL if one.id in ids)
    assert len(found) == len(ids)
    return found


def ids(made: Plan) -> list[str]:
    return [arm.id for arm in made.arms]


def left_out(made: Plan) -> dict[str, str]:
    return {one.what: one.why for one in made.omissions}


def test_without_setup_or_ablations_only_the_reference_runs() -> None:
    made = plan()
    assert ids(made) == ["reference"]
    assert made.factors == ()


def test_one_difference_is_measured_at_both_ends() -> None:
    made = plan(changed(REFERENCE, workload__max_concurrency=1))
    assert ids(made) == ["reference", "user"]
    reference, user = made.arms
    assert user.setup.workload.max_concurrency == 1
    assert user.setup.workload.num_prompts == 8  # one at a time: eight are enough
    assert reference.setup.workload.num_prompts == 96
    assert made.replica is not None
    assert made.replica.why == "this machine has no GPU"


def test_too_little_kv_memory_is_carried_to_the_replica() -> None:
    made = plan(changed(REFERENCE, engine__num_gpu_blocks_override=KV_FOR_TWO))
    assert [factor.id for factor in made.factors] == ["kv_memory"]
    blocks = [arm.setup.engine.num_gpu_blocks_override for arm in made.arms]
    assert blocks == [65, 5]
    lengths = {engine_key(arm.setup): arm.setup.engine.max_model_len for arm in made.arms}
    assert set(lengths.values()) == {65}


def test_the_published_setup_itself_runs_where_it_can() -> None:
    made = plan(changed(REFERENCE, workload__output_len=125), ground=A_GPU)
    assert made.replica is None
    reference, user = made.arms
    assert (reference.setup.workload.input_len, reference.setup.workload.output_len) == (1000, 1000)
    assert reference.setup.model == REFERENCE.model
    assert reference.setup.workload.num_prompts == 168  # three waves of the 56 that fit
    assert user.setup.workload.num_prompts == 3 * 100  # 113360 tokens hold 100 requests of 1125


def test_a_gpu_ablation_needs_a_gpu_and_is_named() -> None:
    eager = named("enforce-eager")
    assert ids(plan(ablations=eager)) == ["reference"]
    assert list(left_out(plan(ablations=eager)).values()) == ["needs a GPU"]
    assert ids(plan(ablations=eager, ground=A_GPU)) == ["reference", "enforce-eager"]


def test_an_ablation_that_changes_nothing_here_is_left_out_and_named() -> None:
    quarter = named("quarter-of-the-prompts")
    made = plan(ablations=quarter)  # 250 and 1000 prompts are both more than three waves
    assert ids(made) == ["reference"]
    assert left_out(made) == {quarter[0].title: SAME_RUN}

    single = named("single-request")
    alone = changed(REFERENCE, workload__max_concurrency=1)
    assert left_out(plan(reference=alone, ablations=single)) == {single[0].title: SAME_RUN}


def test_every_shipped_ablation_that_runs_differs_from_the_reference() -> None:
    made = plan(ablations=ALL)
    reference, *others = made.arms
    for arm in others:
        content = arm.setup.model_dump(exclude={"origins"})
        assert content != reference.setup.model_dump(exclude={"origins"}), arm.id


def test_a_difference_that_vanishes_in_the_replica_is_named_and_not_run() -> None:
    made = plan(changed(REFERENCE, workload__num_prompts=500))
    assert ids(made) == ["reference"]
    assert list(left_out(made).values()) == [SAME_RUN]
    assert "workload.num_prompts" in next(iter(left_out(made)))


def test_a_difference_that_a_cpu_engine_cannot_show_is_named() -> None:
    # Smaller weights leave more KV memory, which a replica could show; but not what else they change.
    made = plan(changed(REFERENCE, engine__quantization="fp8", sampling__top_p=0.85))
    assert [factor.id for factor in made.factors] == ["sampling"]
    assert "was not measured" in left_out(made)["engine.quantization"]


def test_more_than_five_factors_are_grouped_by_what_they_touch() -> None:
    user = changed(
        REFERENCE,
        workload__max_concurrency=1,
        workload__output_len=125,
        workload__input_len=500,
        sampling__top_p=0.85,
        sampling__logprobs=5,
        sampling__repetition_penalty=1.1,
    )
    made = plan(user)
    assert {factor.id for factor in made.factors} == {"concurrency", "tokens_group", "sampling_group"}
    assert len(made.arms) == 1 + 7  # three groups: all cells


def test_what_may_have_inflated_the_figure_waits_until_it_is_needed() -> None:
    made = plan(ground=A_GPU, inflations=True)
    assert [(arm.id, arm.conditional) for arm in made.arms] == [
        ("reference", False),
        ("identical-prompts", True),
    ]
    assert ids(plan(inflations=True)) == ["reference"]  # a replica's rate says nothing of the published one
    asked = plan(ground=A_GPU, inflations=True, ablations=named("identical-prompts"))
    assert [arm.conditional for arm in asked.arms] == [False, False]
    origin = Origin(kind="published")
    stated = dict.fromkeys(("workload.prompts", "engine.enable_prefix_caching"), origin)
    told = REFERENCE.model_copy(update={"origins": {**REFERENCE.origins, **stated}})
    assert ids(plan(reference=told, ground=A_GPU, inflations=True)) == ["reference"]


def test_a_plan_says_what_bounds_its_runs_and_decides_none() -> None:
    made = plan(changed(REFERENCE, sampling__top_p=0.85), ablations=ALL, seed=3)
    assert (made.seed, made.budget_s, made.most_repeats, made.rounds) == (3, 600.0, 3, 0)
    assert made.starts_are_dear is False
    assert plan(ground=A_GPU._replace(starts_are_dear=True)).starts_are_dear


@pytest.mark.parametrize("tokens", [lambda setup: None, published_kv_tokens])
def test_the_same_wish_gives_the_same_plan(tokens: KvCacheTokens) -> None:
    ground = NO_GPU._replace(kv_cache_tokens=tokens)
    user = changed(REFERENCE, sampling__top_p=0.85, workload__max_concurrency=4)
    assert plan(user, ablations=ALL, ground=ground) == plan(user, ablations=ALL, ground=ground)
