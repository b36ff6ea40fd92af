"""Costs of faults against arithmetic done by hand."""

from __future__ import annotations

import math

import pytest

from benchmarks.faults.catalogue import fault
from benchmarks.faults.draw import Case
from benchmarks.faults.truth import costs


def case(*ids: str) -> Case:
    return Case("case", tuple(fault(id_) for id_ in ids), {})


def test_two_faults_that_each_hide_behind_the_other_share_equally() -> None:
    # Either halves the rate, both together cost no more than one.
    cells = {"": [1000.0], "kv-short": [500.0], "max-num-seqs": [500.0], "kv-short+max-num-seqs": [500.0]}
    found = costs(case("kv-short", "max-num-seqs"), cells, [1000.0])
    assert found["kv-short"] == pytest.approx(math.log(0.5) / 2)
    assert found["max-num-seqs"] == pytest.approx(math.log(0.5) / 2)


def test_faults_that_multiply_keep_their_own_factor() -> None:
    cells = {"": [800.0], "top-p": [400.0], "logprobs": [600.0], "logprobs+top-p": [300.0]}
    found = costs(case("top-p", "logprobs"), cells, [800.0])
    assert found == pytest.approx({"top-p": math.log(1 / 2), "logprobs": math.log(3 / 4)})


def test_repeats_are_taken_together_on_the_logarithm() -> None:
    cells = {"": [1000.0, 1000.0], "top-p": [250.0, 1000.0]}
    assert costs(case("top-p"), cells, [1000.0])["top-p"] == pytest.approx(math.log(0.5))


def test_an_inflated_figure_and_another_count_act_on_the_published_figure() -> None:
    found = costs(case("inflated-reference", "counting"), {"": [1000.0]}, [1250.0])
    # 64 tokens in, 32 out: a third of the total is output.
    assert found == pytest.approx({"inflated-reference": math.log(0.8), "counting": math.log(1 / 3)})
