"""Sampling: bytes by hand, what picks the most likely tokens by version, directions that must hold."""

from __future__ import annotations

import numpy as np
import pytest

from doctor.performance.costs import costs
from doctor.performance.sampling_times import Picker, penalty_host_s, sampling_s
from doctor.schema.setup import Sampling

VOCABULARY = 150_000
ROWS = np.asarray([4.0, 64.0, 200.0])


def seconds(sampling: Sampling, picker: Picker = "flashinfer", bandwidth: float = 4e12) -> list[float]:
    found = sampling_s(sampling, VOCABULARY, ROWS, bandwidth=bandwidth, multiprocessors=132, picker=picker)
    return [float(x) for x in found]


def test_plain_sampling_is_bytes_over_bandwidth() -> None:
    by_hand = [rows * 150_000 * 48 / (0.8 * 4e12) for rows in (4, 64, 200)]
    assert seconds(Sampling()) == pytest.approx(by_hand)
    assert seconds(Sampling(), bandwidth=2e12) == pytest.approx([2 * s for s in by_hand])


def test_greedy_is_cheaper_and_every_extra_costs() -> None:
    plain = seconds(Sampling())[2]
    assert seconds(Sampling(temperature=0))[2] < 0.3 * plain
    for extra in (
        Sampling(logprobs=5),
        Sampling(repetition_penalty=1.1),
        Sampling(presence_penalty=0.5),
        Sampling(min_p=0.1),
        Sampling(top_p=0.9),
        Sampling(top_k=20),
    ):
        assert seconds(extra)[2] > plain


def test_one_penalty_costs_what_all_three_do() -> None:
    # apply_penalties runs all three wherever one is set.
    every = Sampling(presence_penalty=0.5, frequency_penalty=0.5, repetition_penalty=1.1)
    assert seconds(every) == seconds(Sampling(frequency_penalty=0.1))


def test_a_sort_costs_most_flashinfer_least() -> None:
    nucleus = Sampling(top_p=0.85)
    sort, triton, flashinfer = (seconds(nucleus, picker)[2] for picker in ("sort", "triton", "flashinfer"))
    assert sort > triton > flashinfer


def test_triton_takes_a_row_per_multiprocessor_in_waves() -> None:
    extra = [a - b for a, b in zip(seconds(Sampling(top_p=0.85), "triton"), seconds(Sampling()), strict=True)]
    one_wave = 150_000 * costs().triton_top_p_s
    assert extra[1] == pytest.approx(one_wave)
    assert extra[2] == pytest.approx(2 * one_wave)  # 200 rows on 132 multiprocessors


def test_a_small_batch_is_sorted_where_triton_is_the_default() -> None:
    nucleus = Sampling(top_p=0.85)
    assert seconds(nucleus, "triton")[0] == seconds(nucleus, "sort")[0]


def test_penalties_hand_every_token_over_again() -> None:
    made = np.asarray([100_000.0])
    assert penalty_host_s(Sampling(repetition_penalty=1.1), made)[0] == pytest.approx(4e-3)
    assert penalty_host_s(Sampling(), made)[0] == 0
