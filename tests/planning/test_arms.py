from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.causes.catalogue import load_ablations
from doctor.planning.arms import ablation_arm, factorial_arms, kv_blocks, reference_arm
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of, factors
from doctor.schema.ablation import KV_CACHE_SEQUENCES, Ablation, Scale
from doctor.schema.plan import Factor
from doctor.schema.setup import Scalar, Setup
from tests.planning.builders import REFERENCE, at, changed, published_kv_tokens, setups

CHANGES: dict[str, Scalar] = {
    "workload__max_concurrency": 1,
    "workload__output_len": 125,
    "workload__input_len": 500,
    "sampling__top_p": 0.85,
    "sampling__logprobs": 5,
    "sampling__repetition_penalty": 1.1,
}


def user_with(count: int) -> Setup:
    return changed(REFERENCE, **dict(itertools.islice(CHANGES.items(), count)))


def factors_between(reference: Setup, user: Setup) -> tuple[Factor, ...]:
    return factors(differences(reference, user, factor_of))


def ablation(**changes: Scalar | Scale) -> Ablation:
    dotted = {path.replace("__", "."): value for path, value in changes.items()}
    return Ablation(id="one", title="One", cause="a-cause", factor="a-factor", changes=dotted)


@given(setups(), setups())
def test_a_cell_differs_from_the_reference_exactly_in_its_factors_paths(
    reference: Setup, user: Setup
) -> None:
    found = factors_between(reference, user)
    carried = {factor.id: {change.path for change in factor.changes} for factor in found}
    for arm in factorial_arms(reference, user, found) if found else ():
        expected = set().union(*(carried[id_] for id_ in arm.factors))
        assert {row.path for row in differences(reference, arm.setup, factor_of)} == expected
        assert all(at(arm.setup, path) == at(user, path) for path in expected)


@pytest.mark.parametrize(("count", "arms"), [(1, 1), (2, 3), (3, 7), (4, 9), (5, 11)])
def test_all_cells_up_to_three_factors_then_both_ends_single_fixes_and_breaks(count: int, arms: int) -> None:
    user = user_with(count)
    found = factors_between(REFERENCE, user)
    made = factorial_arms(REFERENCE, user, found)
    cells = [arm.factors for arm in made]
    assert len(cells) == len(set(cells)) == arms
    sizes = sorted(len(cell) for cell in cells)
    if count > 3:
        assert sizes == [1] * count + [count - 1] * count + [count]


def test_the_users_arm_comes_first_and_is_the_users_setup() -> None:
    user = user_with(3)
    first = factorial_arms(REFERENCE, user, factors_between(REFERENCE, user))[0]
    assert (first.id, first.role) == ("user", "user")
    assert first.setup == user


def test_a_cell_says_in_words_what_it_takes_from_the_user() -> None:
    user = changed(REFERENCE, workload__output_len=125, engine__num_gpu_blocks_override=99, sampling__top_k=5)
    titles = [arm.title for arm in factorial_arms(REFERENCE, user, factors_between(REFERENCE, user))]
    assert "Reference with your output length and token sampling" in titles
    assert "Reference with your KV cache memory" in titles


def test_no_two_arms_of_a_plan_share_an_id() -> None:
    user = user_with(3).model_copy(update={"sampling": user_with(6).sampling})
    found = factors_between(REFERENCE, user)
    arms = [
        reference_arm(REFERENCE),
        *factorial_arms(REFERENCE, user, found),
        *(ablation_arm(REFERENCE, one, published_kv_tokens) for one in load_ablations()),
    ]
    ids = [arm.id for arm in arms]
    assert len(ids) == len(set(ids))


def test_an_ablation_changes_what_it_says_and_nothing_else() -> None:
    arm = ablation_arm(REFERENCE, ablation(workload__output_len=Scale(times=0.125)), published_kv_tokens)
    assert arm.setup.workload.output_len == 125
    assert [row.path for row in differences(REFERENCE, arm.setup, factor_of)] == ["workload.output_len"]
    assert arm.setup.origins["workload.output_len"].note == "ablation one"


@pytest.mark.parametrize(("times", "output_len"), [(0.5, 500), (2.0, 2000), (0.0001, 1)])
def test_scaled_counts_are_whole_and_at_least_one(times: float, output_len: int) -> None:
    arm = ablation_arm(REFERENCE, ablation(workload__output_len=Scale(times=times)), published_kv_tokens)
    assert arm.setup.workload.output_len == output_len


def test_a_cap_that_the_reference_leaves_open_is_scaled_from_its_load() -> None:
    unlimited = changed(REFERENCE, engine__max_num_seqs=None)
    arm = ablation_arm(unlimited, ablation(engine__max_num_seqs=Scale(times=0.5)), published_kv_tokens)
    assert arm.setup.engine.max_num_seqs == 28  # half of the 56 that KV memory holds


def test_kv_memory_for_two_full_requests() -> None:
    arm = ablation_arm(REFERENCE, ablation(**{KV_CACHE_SEQUENCES: 2}), published_kv_tokens)
    assert arm.setup.engine.num_gpu_blocks_override == 251  # 2 · 2000/16, and the null block


def test_kv_memory_as_a_share_of_what_is_in_flight() -> None:
    arm = ablation_arm(REFERENCE, ablation(**{KV_CACHE_SEQUENCES: Scale(times=0.25)}), published_kv_tokens)
    assert arm.setup.engine.num_gpu_blocks_override == 14 * 125 + 1


def test_one_request_gets_room_for_the_token_beyond_it_that_max_model_len_counts() -> None:
    assert kv_blocks(1, 2000, 16) == 126 + 1


@given(st.integers(1, 300), st.integers(1, 5_000), st.sampled_from([1, 16, 32, 128]))
def test_blocks_hold_so_many_requests_and_let_the_engine_start(
    sequences: int, tokens: int, block_size: int
) -> None:
    usable = kv_blocks(sequences, tokens, block_size) - 1
    whole = -(-tokens // block_size)
    assert usable // whole >= sequences
    assert usable * block_size >= tokens + 1
    assert usable <= max(sequences * whole, whole + 1)
