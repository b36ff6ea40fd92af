from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.errors import UsageError
from doctor.planning.accounting import ObservedCounts, rates_from_figures, settle
from doctor.references import list_references, load_reference
from doctor.schema.accounting import Accounting
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Workload

QWEN_7B = load_reference("qwen1.5-7b-chat-a100-80g")
TARGETS = [reference for reference in list_references() if reference.contradiction is None]


def test_the_headline_counts_prompt_and_output_tokens() -> None:
    rates = rates_from_figures(QWEN_7B)
    assert rates.requests_per_s == pytest.approx(1.149445, abs=1e-9)
    assert rates.output_tokens_per_s == pytest.approx(1149.445, abs=1e-6)
    assert rates.total_tokens_per_s == 2298.89


def test_the_moe_line_of_the_same_post() -> None:
    rates = rates_from_figures(load_reference("qwen1.5-moe-a2.7b-chat-a100-80g"))
    assert rates.requests_per_s == pytest.approx(2.005135)
    assert rates.output_tokens_per_s == pytest.approx(2005.135)


def test_output_figures_of_a_batch_of_one() -> None:
    rates = rates_from_figures(load_reference("qwen2.5-7b-instruct-a100-80g-batch-1-input-6144"))
    assert rates.output_tokens_per_s == 80.70
    assert rates.requests_per_s == pytest.approx(80.70 / 2048)
    assert rates.total_tokens_per_s == pytest.approx(80.70 * 8192 / 2048)  # 322.8: four times as much


def test_printed_rates_stand_as_printed() -> None:
    rates = rates_from_figures(load_reference("nemotron-3-nano-30b-a3b-fp8-h200"))
    assert (rates.output_tokens_per_s, rates.total_tokens_per_s) == (15828.30, 31656.63)
    assert rates.requests_per_s == pytest.approx(15.4573, abs=1e-4)


def test_a_rate_that_the_lengths_do_not_give_exactly_falls_back_to_the_next_figure() -> None:
    # 10597.19 / 2100 = 5.046 does not round to the printed 5.06; 505.51 / 100 = 5.0551 does.
    rates = rates_from_figures(load_reference("qwen3-14b-h100-80g-random-2000-100"))
    assert rates.requests_per_s == pytest.approx(5.0551)


@pytest.mark.parametrize("reference", TARGETS, ids=lambda reference: reference.id)
def test_derived_requests_per_s_round_to_the_printed_ones(reference: ReferenceRun) -> None:
    printed = [figure.value for figure in reference.figures if figure.unit == "requests/s"]
    for value in printed:
        assert round(rates_from_figures(reference).requests_per_s, 2) == pytest.approx(value, abs=0.01)


def test_about_1000_output_tokens_is_13_percent_short_not_56() -> None:
    accounting = settle(QWEN_7B, 1000, "output")
    (reading,) = accounting.readings
    assert reading.observed.requests_per_s == 1.0
    assert reading.observed.output_tokens_per_s == 1000
    assert reading.observed.total_tokens_per_s == 2000
    assert reading.gap_output_tokens_per_s == pytest.approx(149.445)
    assert reading.gap_fraction == pytest.approx(0.1300, abs=5e-5)
    assert accounting.apparent_gap_tokens_per_s == pytest.approx(1298.89)
    assert accounting.accounting_tokens_per_s == pytest.approx(1149.445)
    assert accounting.remaining_gap_tokens_per_s == pytest.approx(149.445)


def test_figures_that_count_the_same_have_no_accounting_part() -> None:
    accounting = settle(QWEN_7B, 1000, "total")
    assert accounting.accounting_tokens_per_s == 0
    assert accounting.remaining_gap_tokens_per_s == pytest.approx(1298.89)
    assert accounting.readings[0].observed.output_tokens_per_s == pytest.approx(500)
    assert accounting.readings[0].gap_output_tokens_per_s == pytest.approx(649.445)


def test_counting_can_hide_a_gap() -> None:
    # 84.28 output tokens/s published, 300 total observed at 6144/2048: really 75 output.
    reference = load_reference("qwen2.5-7b-instruct-a100-80g-batch-1-input-6144")
    accounting = settle(reference, 300, "total")
    assert accounting.apparent_gap_tokens_per_s == pytest.approx(80.70 - 300)
    assert accounting.accounting_tokens_per_s == pytest.approx(80.70 - 322.8)
    assert accounting.remaining_gap_tokens_per_s == pytest.approx(22.8)


def test_the_printed_figure_of_the_same_count_is_compared_with() -> None:
    accounting = settle(load_reference("qwen3-14b-a100-80g-sharegpt"), 1700, "output")
    assert (accounting.published_value, accounting.published_counts) == (1887.31, "output")
    assert accounting.accounting_tokens_per_s == 0


def test_nothing_observed_leaves_only_the_reference() -> None:
    accounting = settle(QWEN_7B, None, "unknown")
    assert (accounting.published_value, accounting.published_counts) == (2298.89, "total")
    assert accounting.readings == ()
    assert accounting.chosen is None
    assert accounting.apparent_gap_tokens_per_s is None


class TestUnknownCounting:
    def test_both_readings_are_shown_with_their_gaps(self) -> None:
        accounting = settle(QWEN_7B, 1000, "unknown")
        assert [reading.counts for reading in accounting.readings] == ["output", "total"]
        gaps = [round(reading.gap_output_tokens_per_s, 3) for reading in accounting.readings]
        assert gaps == [149.445, 649.445]

    def test_a_figure_below_the_reference_is_read_as_output(self) -> None:
        accounting = settle(QWEN_7B, 1000, "unknown")
        assert accounting.chosen == "output"
        assert "87 %" in accounting.why_chosen
        assert "43 %" in accounting.why_chosen

    def test_an_output_reading_that_no_gpu_reaches_is_read_as_total(self) -> None:
        accounting = settle(QWEN_7B, 2200, "unknown")  # 2200 / 1149.4 = 191 %; 1100 / 1149.4 = 96 %
        assert accounting.chosen == "total"
        assert "191 %" in accounting.why_chosen
        assert "96 %" in accounting.why_chosen
        assert accounting.accounting_tokens_per_s == 0

    def test_a_slightly_faster_gpu_is_still_plausible(self) -> None:
        assert settle(QWEN_7B, 1300, "unknown").chosen == "output"  # 113 %
        assert settle(QWEN_7B, 1450, "unknown").chosen == "total"  # 126 %

    def test_where_both_readings_exceed_the_smaller_excess_is_taken(self) -> None:
        accounting = settle(QWEN_7B, 6000, "unknown")
        assert accounting.chosen == "total"
        assert accounting.why_chosen.startswith("Both readings exceed")

    def test_prompts_of_one_token_make_no_difference(self) -> None:
        accounting = settle(load_reference("qwen2.5-7b-instruct-a100-80g-batch-1-input-1"), 70, "unknown")
        assert "come to the same" in accounting.why_chosen


class TestOtherLengths:
    trap = Workload(input_len=1024, output_len=128, num_prompts=1000)

    def test_the_observed_rates_use_their_own_lengths(self) -> None:
        accounting = settle(QWEN_7B, 512, "output", self.trap)
        (reading,) = accounting.readings
        assert reading.observed.requests_per_s == 4.0
        assert reading.observed.total_tokens_per_s == 4 * 1152

    def test_it_says_that_the_lengths_differ(self) -> None:
        accounting = settle(QWEN_7B, 512, "output", self.trap)
        assert accounting.lengths_differ
        assert "1000 tokens in and 1000 out" in accounting.lengths_note
        assert "1024 tokens in and 128 out" in accounting.lengths_note

    def test_equal_lengths_are_not_called_different(self) -> None:
        same = Workload(input_len=1000, output_len=1000, num_prompts=7)
        accounting = settle(QWEN_7B, 1000, "output", same)
        assert not accounting.lengths_differ
        assert accounting.lengths_note == ""


@pytest.mark.parametrize(
    "value", [0, -1, float("nan"), float("inf"), 1e10, 10**400, True], ids=lambda value: str(value)[:8]
)
def test_what_is_no_rate_is_refused_in_words(value: float) -> None:
    with pytest.raises(UsageError, match="no throughput"):
        settle(QWEN_7B, value, "output")


@given(
    value=st.floats(min_value=1e-3, max_value=1e6),
    counts=st.sampled_from(["output", "total", "unknown"]),
    reference=st.sampled_from(TARGETS),
    lengths=st.tuples(st.integers(1, 100_000), st.integers(1, 100_000)),
)
def test_the_parts_add_up_and_the_record_survives_json(
    value: float, counts: ObservedCounts, reference: ReferenceRun, lengths: tuple[int, int]
) -> None:
    workload = Workload(input_len=lengths[0], output_len=lengths[1], num_prompts=1)
    accounting = settle(reference, value, counts, workload)
    assert accounting.accounting_tokens_per_s is not None
    assert accounting.remaining_gap_tokens_per_s is not None
    parts = accounting.accounting_tokens_per_s + accounting.remaining_gap_tokens_per_s
    assert parts == pytest.approx(accounting.apparent_gap_tokens_per_s, abs=1e-6)
    chosen = next(reading for reading in accounting.readings if reading.counts == accounting.chosen)
    kept = {"output": chosen.observed.output_tokens_per_s, "total": chosen.observed.total_tokens_per_s}
    assert kept[chosen.counts] == value
    assert Accounting.model_validate_json(accounting.model_dump_json()) == accounting
