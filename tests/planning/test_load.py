from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doctor.planning.load import sequences_in_flight, shortened
from doctor.schema.setup import Setup, Workload
from tests.planning.builders import REFERENCE, changed, published_kv_tokens, setups, workloads


def test_the_published_setup_is_bound_by_kv_memory_at_56_sequences() -> None:
    tokens = published_kv_tokens(REFERENCE)
    assert tokens is not None
    assert tokens // 2000 == 56  # the source's own setup: 53 to 56, see its reference run
    assert sequences_in_flight(REFERENCE, tokens) == 56


def test_the_tightest_of_offer_cap_and_memory_binds() -> None:
    assert sequences_in_flight(REFERENCE, None) == 256  # max_num_seqs
    assert sequences_in_flight(changed(REFERENCE, engine__max_num_seqs=None), None) == 1000
    assert sequences_in_flight(changed(REFERENCE, workload__max_concurrency=4), 113_360) == 4
    assert sequences_in_flight(changed(REFERENCE, workload__num_prompts=3), 113_360) == 3


def test_samples_of_one_request_share_its_prompt_but_not_its_place() -> None:
    four = changed(REFERENCE, sampling__n=4)
    assert sequences_in_flight(four, 50_000) == 10  # 1000 + 4 · 1000 tokens each
    assert sequences_in_flight(four, None) == 64  # 256 sequences, four a request


def test_a_request_that_does_not_fit_still_counts_as_one() -> None:
    assert sequences_in_flight(REFERENCE, 100) == 1


@given(setups(), st.none() | st.integers(1, 10_000_000))
def test_in_flight_never_exceeds_what_is_offered(setup: Setup, tokens: int | None) -> None:
    flying = sequences_in_flight(setup, tokens)
    assert 1 <= flying <= setup.workload.num_prompts
    assert flying <= (setup.workload.max_concurrency or flying)


@given(workloads(), st.integers(1, 3_000))
def test_shortening_never_lengthens_and_keeps_three_waves(workload: Workload, in_flight: int) -> None:
    short = shortened(workload, in_flight)
    assert short.num_prompts <= workload.num_prompts
    assert short.num_prompts >= min(workload.num_prompts, 3 * in_flight)
    assert short.model_copy(update={"num_prompts": workload.num_prompts}) == workload


def test_168_of_1000_prompts_are_three_waves_of_56() -> None:
    assert shortened(REFERENCE.workload, 56).num_prompts == 168
    assert shortened(REFERENCE.workload, 1).num_prompts == 8


def test_short_outputs_take_more_waves_where_a_run_must_last() -> None:
    """Three waves of 32 tokens are 96 steps; outputs of 4 tokens need 24 waves for as many."""
    short = changed(REFERENCE, workload__output_len=4).workload
    assert shortened(short, 32, steps=96).num_prompts == 24 * 32
    assert shortened(short, 32).num_prompts == 3 * 32
    assert shortened(changed(REFERENCE, workload__output_len=64).workload, 32, steps=96).num_prompts == 3 * 32
    assert shortened(short, 100, steps=96).num_prompts == 1000  # never more than there are
