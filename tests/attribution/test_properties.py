"""What must hold for every table of cells."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.attribution.ledger import build_ledger
from tests.attribution.tables import balance, full_table, make_factors, names_of, shares, sparse_table

FACTOR_NAMES = "abcde"
LOGS = st.floats(2.0, 9.0)


@st.composite
def surfaces(draw: st.DrawFn, most: int = 5) -> tuple[str, list[float]]:
    names = FACTOR_NAMES[: draw(st.integers(1, most))]
    return names, draw(st.lists(LOGS, min_size=1 << len(names), max_size=1 << len(names)))


@given(surfaces(), st.booleans())
def test_shares_sum_to_the_gap(surface: tuple[str, list[float]], sparse: bool) -> None:
    names, logs = surface
    make = sparse_table if sparse else full_table
    ledger = build_ledger(make(names, logs), make_factors(names))
    scale = max(ledger.start_tokens_per_s, ledger.end_tokens_per_s)
    assert abs(balance(ledger)) < 1e-9 * scale
    product = math.prod(line.factor.estimate for line in ledger.lines if line.factor)
    assert product == pytest.approx(ledger.end_tokens_per_s / ledger.start_tokens_per_s)


@given(surfaces(most=4))
def test_a_factor_without_effect_gets_zero(surface: tuple[str, list[float]]) -> None:
    names, logs = surface
    with_null = dict(zip(names_of(names), logs, strict=True))
    everything = names_of(names + "z")
    ledger = build_ledger(
        full_table(names + "z", [with_null[name.replace("z", "")] for name in everything]),
        make_factors(names + "z"),
    )
    found = shares(ledger)
    assert found["z"] == pytest.approx(0, abs=1e-9 * math.exp(max(logs)))
    without = shares(build_ledger(full_table(names, logs), make_factors(names)))
    assert {name: found[name] for name in names} == pytest.approx(without, abs=1e-6)


@given(surfaces(), st.booleans())
def test_interchangeable_factors_get_the_same(surface: tuple[str, list[float]], sparse: bool) -> None:
    """The value depends on how many of the factors are broken, so all are interchangeable."""
    names, logs = surface
    by_size = [logs[len(name)] for name in names_of(names)]
    make = sparse_table if sparse else full_table
    found = list(shares(build_ledger(make(names, by_size), make_factors(names))).values())
    assert found == pytest.approx([found[0]] * len(found), abs=1e-9 * math.exp(max(by_size)))


@given(surfaces(most=3), st.randoms())
def test_order_of_factors_and_cells_does_not_matter(
    surface: tuple[str, list[float]], random: np.random.Generator
) -> None:
    names, logs = surface
    cells = full_table(names, logs)
    expected = shares(build_ledger(cells, make_factors(names)))
    shuffled = list(cells.cells)
    random.shuffle(shuffled)
    for order in permutations(names):
        ledger = build_ledger(
            cells.model_copy(update={"cells": tuple(shuffled)}), make_factors("".join(order))
        )
        assert shares(ledger) == pytest.approx(expected, abs=1e-9 * math.exp(max(logs)))


@given(surfaces(), st.floats(0.1, 10.0), st.booleans())
def test_scaling_rates_scales_shares(surface: tuple[str, list[float]], scale: float, sparse: bool) -> None:
    names, logs = surface
    make = sparse_table if sparse else full_table
    first = build_ledger(make(names, logs), make_factors(names))
    second = build_ledger(make(names, [v + math.log(scale) for v in logs]), make_factors(names))
    tolerance = 1e-8 * scale * math.exp(max(logs))
    for before, after in zip(first.lines, second.lines, strict=True):
        assert after.tokens_per_s.estimate == pytest.approx(
            scale * before.tokens_per_s.estimate, abs=tolerance
        )
        assert before.tokens_per_s.low is not None
        assert after.tokens_per_s.low is not None
        assert after.tokens_per_s.low == pytest.approx(scale * before.tokens_per_s.low, abs=tolerance)
        assert before.factor is not None
        assert after.factor is not None
        assert after.factor.estimate == pytest.approx(before.factor.estimate)


@given(surfaces())
def test_same_lengths_give_the_same_factors_in_output_and_total(surface: tuple[str, list[float]]) -> None:
    """With 10 prompt and 10 output tokens in all cells, total is twice output everywhere."""
    names, logs = surface
    output = build_ledger(full_table(names, logs), make_factors(names))
    total_cells = full_table(names, [v + math.log(2) for v in logs]).model_copy(update={"counts": "total"})
    total = build_ledger(total_cells, make_factors(names))
    assert total.counts == "total"
    for first, second in zip(output.lines, total.lines, strict=True):
        assert first.factor is not None
        assert second.factor is not None
        assert second.factor.estimate == pytest.approx(first.factor.estimate)


@given(surfaces(), st.booleans())
def test_intervals_hold_their_estimate(surface: tuple[str, list[float]], sparse: bool) -> None:
    names, logs = surface
    make = sparse_table if sparse else full_table
    ledger = build_ledger(make(names, logs), make_factors(names))
    for interval in [line.tokens_per_s for line in ledger.lines]:
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low <= interval.estimate <= interval.high


@given(st.integers(4, 5), st.lists(st.floats(-1, 1), min_size=5, max_size=5))
def test_filled_equals_full_where_the_truth_is_log_additive(k: int, effects: list[float]) -> None:
    names = FACTOR_NAMES[:k]
    logs = [7 + sum(effects[FACTOR_NAMES.index(n)] for n in name) for name in names_of(names)]
    filled = build_ledger(sparse_table(names, logs), make_factors(names))
    full = build_ledger(full_table(names, logs), make_factors(names))
    assert shares(filled) == pytest.approx(shares(full), abs=1e-6)
