from __future__ import annotations

import pytest

from doctor.attribution.ledger import End, build_ledger
from doctor.schema.measurement import Stability
from tests.attribution.tables import make_factors, names_of, sparse_table, table

TWO = {"": 1000.0, "a": 800.0, "b": 900.0, "ab": 400.0}


@pytest.mark.parametrize("state", ["unsteady", "drifting", "warming"])
def test_unstable_arms_get_no_attribution(state: Stability) -> None:
    cells = table(TWO)
    changed = (cells.cells[0].model_copy(update={"stability": state}), *cells.cells[1:])
    ledger = build_ledger(cells.model_copy(update={"cells": changed}), make_factors("ab"))
    assert f"reference is {state}" in ledger.refused
    assert (ledger.lines, ledger.pairs, ledger.fix_one, ledger.fix_all) == ((), (), (), None)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("", "the reference arm"),
        ("ab", "the user's arm"),
        ("a", "only A at the user's value"),
    ],
)
def test_a_missing_cell_is_named(gone: str, words: str) -> None:
    rates = {name: rate for name, rate in TWO.items() if name != gone}
    ledger = build_ledger(table(rates), make_factors("ab"), published=End("published", 1100.0))
    assert words in ledger.refused
    assert ledger.lines == ()
    assert ledger.start_tokens_per_s == 1100.0


def test_four_factors_need_single_breaks_and_fixes() -> None:
    full = sparse_table("abcd", [7.0 - 0.1 * len(name) for name in names_of("abcd")])
    assert not build_ledger(full, make_factors("abcd")).refused
    short = full.model_copy(update={"cells": tuple(c for c in full.cells if c.factors != frozenset("bcd"))})
    assert "only A at the reference's value" in build_ledger(short, make_factors("abcd")).refused


def test_a_prediction_cannot_stand_in_for_an_end() -> None:
    prediction = {frozenset(name): rate for name, rate in TWO.items()}
    for gone in ("", "ab"):
        rates = {name: rate for name, rate in TWO.items() if name != gone}
        assert build_ledger(table(rates), make_factors("ab"), prediction=prediction).refused
    rates = {name: rate for name, rate in TWO.items() if name != "a"}
    assert not build_ledger(table(rates), make_factors("ab"), prediction=prediction).refused


def test_an_incomplete_prediction_is_refused() -> None:
    found = build_ledger(table(TWO), make_factors("ab"), prediction={frozenset(): 1000.0})
    assert "does not hold every cell" in found.refused


def test_two_arms_for_one_cell() -> None:
    cells = table(TWO)
    twice = (*cells.cells, cells.cells[0])
    assert (
        "same cell"
        in build_ledger(cells.model_copy(update={"cells": twice, "noise": ()}), make_factors("ab")).refused
    )


def test_no_cells_at_all() -> None:
    ledger = build_ledger(table({}, noise=None), make_factors("a"))
    assert "the reference arm" in ledger.refused
    assert ledger.start_tokens_per_s == 0.0
