from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doctor.planning.load import sequences_in_flight
from doctor.planning.replica import (
    BLOCK_SIZE,
    GPU_ONLY,
    describe_replica,
    not_carried_over,
    scale_down,
    scales_for,
)
from doctor.references import list_references, reference_setup
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Setup
from tests.planning.builders import REFERENCE, at, changed, published_kv_tokens, setups

KV_TOKENS = 113_360  # what the memory equation gives for 80 GB: 56 full requests of 2000
SCALES = scales_for(REFERENCE, KV_TOKENS)


def small(setup: Setup, kv_cache_tokens: int | None = KV_TOKENS) -> Setup:
    return scale_down(setup, SCALES, kv_cache_tokens)


def test_the_published_setup_scaled_by_hand() -> None:
    # 2000 tokens → 64, that is × 0.032; 56 sequences → 32, that is × 4/7.
    replica = small(REFERENCE)
    assert (replica.workload.input_len, replica.workload.output_len) == (32, 32)
    assert replica.workload.num_prompts == 96  # 1000 · 4/7 = 571, but three waves of 32 are enough
    assert replica.engine.max_num_seqs == 146  # 256 · 4/7
    assert replica.engine.block_size == 32
    assert replica.engine.num_gpu_blocks_override == 32 * 2 + 1
    assert sequences_in_flight(replica, (65 - 1) * 32) == 32


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_small_counts_stay_what_they_are(count: int) -> None:
    user = changed(REFERENCE, workload__max_concurrency=count, engine__max_num_seqs=count)
    replica = small(user)
    assert replica.workload.max_concurrency == count
    assert replica.engine.max_num_seqs == count


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_scaled_counts_keep_their_order_and_never_grow(one: int, other: int) -> None:
    assume(one <= other)
    assert 1 <= SCALES.count(one) <= SCALES.count(other) <= other


def test_lengths_keep_their_ratio() -> None:
    replica = small(changed(REFERENCE, workload__output_len=125, workload__input_len=2000))
    assert (replica.workload.input_len, replica.workload.output_len) == (64, 4)


def test_kv_memory_for_two_requests_is_two_here_too() -> None:
    replica = small(REFERENCE, kv_cache_tokens=2 * 2000)
    assert replica.engine.num_gpu_blocks_override == 2 * 2 + 1


def test_unknown_kv_memory_does_not_bind() -> None:
    assert small(REFERENCE, kv_cache_tokens=None).engine.num_gpu_blocks_override is None


@given(setups(), st.integers(1, 5_000_000))
def test_blocks_hold_the_full_requests_that_they_stand_for(setup: Setup, kv_tokens: int) -> None:
    scales = scales_for(setup, kv_tokens)
    replica = scale_down(setup, scales, kv_tokens)
    published = max(1, kv_tokens // (setup.workload.input_len + setup.workload.output_len))
    blocks = replica.engine.num_gpu_blocks_override
    assert blocks is not None
    whole = -(-(replica.workload.input_len + replica.workload.output_len) // BLOCK_SIZE)
    assert (blocks - 1) // whole == scales.count(published)


@given(setups(), st.none() | st.integers(1, 5_000_000))
def test_a_replica_is_small_enough_to_run_in_seconds(setup: Setup, kv_tokens: int | None) -> None:
    replica = scale_down(setup, scales_for(setup, kv_tokens), kv_tokens)
    assert replica.workload.num_prompts <= 96
    assert replica.workload.input_len + replica.workload.output_len <= 65  # either is at least one token
    assert replica.workload.num_prompts <= setup.workload.num_prompts
    assert replica.workload.input_len <= setup.workload.input_len
    assert replica.workload.output_len <= setup.workload.output_len


@given(setups())
def test_a_token_budget_admits_every_sequence(setup: Setup) -> None:
    replica = scale_down(setup, scales_for(setup, None), None)
    budget, most = replica.engine.max_num_batched_tokens, replica.engine.max_num_seqs
    assert budget is None or budget >= (most or 1)  # vLLM refuses a budget below max_num_seqs


def test_what_was_scaled_says_so_and_sampling_stays() -> None:
    user = changed(REFERENCE, sampling__top_p=0.85)
    replica = small(user)
    assert replica.sampling == user.sampling
    assert replica.origins["workload.input_len"].kind == "scaled"
    assert replica.origins["sampling.top_p"].kind == "user"
    assert replica.hardware.accelerator == "CPU"
    assert replica.model.weights == "dummy"


def test_settings_without_a_counterpart_on_a_cpu_are_dropped_and_told() -> None:
    user = changed(REFERENCE, engine__quantization="fp8", engine__extra__swap_space=4)
    told = [one.what for one in not_carried_over(REFERENCE, user)]
    assert told == ["engine.quantization", "engine.extra"]
    replica = small(user)
    assert replica.engine.enforce_eager is True
    assert dict(replica.engine.extra) == {}
    assert all(at(replica, path) is None for path in set(GPU_ONLY) - {"engine.enforce_eager", "engine.dtype"})
    assert at(replica, "engine.dtype") == "float32"
    assert not_carried_over(REFERENCE, REFERENCE) == ()
    assert not_carried_over(REFERENCE, None) == ()


def test_the_reader_is_told_what_stands_for_what() -> None:
    told = describe_replica(REFERENCE, small(REFERENCE), SCALES, KV_TOKENS, "this machine has no GPU")
    words = " ".join(told.notes)
    assert "32 tokens in and 32 out stand for 1000 and 1000" in words
    assert "KV memory for 56 full requests" in words
    assert "is 65 blocks here" in words
    assert told.why == "this machine has no GPU"
    assert (round(told.length_scale, 3), round(told.sequence_scale, 3)) == (0.032, 0.571)


def test_a_publication_without_architecture_says_what_stands_in() -> None:
    nameless = REFERENCE.model_copy(
        update={"model": REFERENCE.model.model_copy(update={"architecture": None})}
    )
    told = describe_replica(nameless, small(nameless), SCALES, None, "")
    assert "a dense Llama stands in" in " ".join(told.notes)


@pytest.mark.parametrize("reference", list_references(), ids=lambda reference: reference.id)
def test_every_shipped_reference_keeps_its_shape(reference: ReferenceRun) -> None:
    setup = reference_setup(reference)
    tokens = published_kv_tokens(setup)
    scales = scales_for(setup, tokens)
    replica = scale_down(setup, scales, tokens)
    published = setup.workload.input_len / (setup.workload.input_len + setup.workload.output_len)
    here = replica.workload.input_len / (replica.workload.input_len + replica.workload.output_len)
    assert here == pytest.approx(published, abs=0.02)
    assert sequences_in_flight(replica, None) <= 96
