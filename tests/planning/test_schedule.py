from __future__ import annotations

import itertools
from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from doctor.planning.schedule import engine_key, round_of_runs, with_common_length
from doctor.schema.plan import Arm, Plan, PlannedRun
from doctor.schema.setup import Scalar, Setup
from tests.planning.builders import REFERENCE, changed

OPEN = changed(REFERENCE, engine__max_model_len=None)


def arm(id_: str, setup: Setup) -> Arm:
    return Arm(id=id_, title=id_, role="ablation", setup=setup)


def with_lengths(*outputs: int, **settings: Scalar) -> list[Arm]:
    return [
        arm(f"out-{tokens}", changed(OPEN, workload__output_len=tokens, **settings)) for tokens in outputs
    ]


ARMS = [
    arm("reference", OPEN),
    arm("single", changed(OPEN, workload__max_concurrency=1)),
    arm("kv-tight", changed(OPEN, engine__num_gpu_blocks_override=65)),
    arm("top-p", changed(OPEN, sampling__top_p=0.85)),
    arm("kv-half", changed(OPEN, engine__num_gpu_blocks_override=33)),
]


IDS = [one.id for one in ARMS]


def made(
    rounds: int, seed: int = 0, wanted: Collection[str] = IDS, again: Collection[str] = ()
) -> tuple[PlannedRun, ...]:
    plan = Plan(arms=tuple(ARMS), seed=seed, budget_s=1.0)
    for _ in range(rounds):
        runs = (*plan.schedule, *round_of_runs(plan, wanted, again))
        plan = plan.model_copy(update={"schedule": runs})
    return plan.schedule


ROUNDS, SEEDS = st.integers(1, 4), st.integers(0, 2**31)


@given(ROUNDS, SEEDS)
def test_every_wanted_arm_once_per_round(rounds: int, seed: int) -> None:
    runs = made(rounds, seed)
    assert [run.position for run in runs] == list(range(len(runs)))
    for one in IDS:
        assert sorted(run.repeat for run in runs if run.arm == one) == list(range(rounds))


@given(st.sets(st.sampled_from(IDS), min_size=1), SEEDS)
def test_only_what_is_wanted_runs(wanted: set[str], seed: int) -> None:
    assert sorted(run.arm for run in made(1, seed, wanted)) == sorted(wanted)


def test_what_is_wanted_again_runs_before_its_engine_stops() -> None:
    runs = made(1, again=("reference", "kv-half"))
    assert [(run.arm, run.repeat, run.engine_start) for run in runs] == [
        ("reference", 0, 0),
        ("single", 0, 0),
        ("top-p", 0, 0),
        ("reference", 1, 0),
        ("kv-tight", 0, 1),
        ("kv-half", 0, 2),
        ("kv-half", 1, 2),
    ]
    assert {run.repeat for run in made(2, again=("reference",))} == {0, 1, 2, 3}  # no round is used twice


@given(ROUNDS, SEEDS, st.sets(st.sampled_from(IDS)))
def test_runs_of_one_engine_start_share_the_engine(rounds: int, seed: int, again: set[str]) -> None:
    keys = {one.id: engine_key(one.setup) for one in ARMS}
    runs = made(rounds, seed, IDS, again)
    numbers = [run.engine_start for run in runs]
    assert numbers == sorted(numbers)  # the runs of a start stand together
    for _, group in itertools.groupby(runs, key=lambda run: run.engine_start):
        assert len({keys[run.arm] for run in group}) == 1
    assert len(set(numbers)) == 3 * rounds  # three engines, each started anew in every decision


@given(ROUNDS, SEEDS)
def test_the_same_seed_gives_the_same_order(rounds: int, seed: int) -> None:
    assert made(rounds, seed) == made(rounds, seed)


def test_another_seed_gives_another_order() -> None:
    orders = {tuple(run.arm for run in made(3, seed)) for seed in range(20)}
    assert len(orders) > 10


@given(st.integers(0, 1000))
def test_the_first_round_keeps_the_order_of_importance(seed: int) -> None:
    # In the order of the arms, each engine where its first arm stands.
    assert [run.arm for run in made(1, seed)] == ["reference", "single", "top-p", "kv-tight", "kv-half"]


def test_arms_that_need_other_engines_do_not_share_one() -> None:
    key = engine_key(OPEN)
    assert engine_key(changed(OPEN, workload__output_len=1, sampling__n=4)) == key
    for path, value in {
        "engine__max_num_seqs": 8,
        "engine__enable_prefix_caching": True,
        "engine__extra__swap_space": 4,
        "sampling__detokenize": False,
        "engine__max_model_len": 4096,
    }.items():
        assert engine_key(changed(OPEN, **{path: value})) != key
    assert engine_key(OPEN.model_copy(update={"model": OPEN.model.model_copy(update={"name": "b"})})) != key


def test_arms_of_one_engine_get_room_for_the_longest_request() -> None:
    arms = with_common_length(with_lengths(125, 2000, 1000))
    assert {one.setup.engine.max_model_len for one in arms} == {1000 + 2000 + 1}
    assert len({engine_key(one.setup) for one in arms}) == 1


def test_a_stated_length_is_kept_and_raised_only_where_a_request_needs_it() -> None:
    (kept,) = with_common_length(with_lengths(1000, engine__max_model_len=8192))
    (raised,) = with_common_length(with_lengths(1000, engine__max_model_len=100))
    assert kept.setup.engine.max_model_len == 8192
    assert raised.setup.engine.max_model_len == 2001


def test_a_difference_in_max_model_len_survives() -> None:
    long, short = with_common_length(
        [*with_lengths(1000, engine__max_model_len=32768), *with_lengths(900, engine__max_model_len=4096)]
    )
    assert (long.setup.engine.max_model_len, short.setup.engine.max_model_len) == (32768, 4096)
    assert engine_key(long.setup) != engine_key(short.setup)


def test_only_the_length_is_changed() -> None:
    for before, after in zip(ARMS, with_common_length(ARMS), strict=True):
        same = after.setup.engine.model_copy(update={"max_model_len": None})
        assert after.setup.model_copy(update={"engine": same}) == before.setup
        assert after.model_copy(update={"setup": before.setup}) == before


def test_later_rounds_shuffle_the_engines_and_the_arms_within_them() -> None:
    engines, arms = set(), set()
    for seed in range(100):
        second = [run for run in made(2, seed) if run.repeat == 1]
        keys = [engine_key(next(one for one in ARMS if one.id == run.arm).setup) for run in second]
        engines.add(tuple(dict.fromkeys(keys)))
        arms.add(tuple(run.arm for run in second if run.arm in ("reference", "single", "top-p")))
    assert len(engines) == len(arms) == 6  # every order of three occurs
