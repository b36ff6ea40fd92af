from __future__ import annotations

import pytest

from doctor.attribution.ends import End
from doctor.attribution.ledger import build_ledger
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


@pytest.mark.parametrize(("gone", "words"), [("", "the reference arm"), ("ab", "the user's arm")])
def test_a_missing_end_is_named(gone: str, words: str) -> None:
    rates = {name: rate for name, rate in TWO.items() if name != gone}
    ledger = build_ledger(table(rates), make_factors("ab"), published=End("published", 1100.0))
    assert words in ledger.refused
    assert ledger.lines == ()
    assert ledger.start_tokens_per_s == 1100.0


@pytest.mark.parametrize(
    ("gone", "words"), [("a", "only A at the user's"), ("b", "only A at the reference's")]
)
def test_without_a_cell_between_the_gap_is_one_line(gone: str, words: str) -> None:
    rates = {name: rate for name, rate in TWO.items() if name != gone}
    ledger = build_ledger(table(rates), make_factors("ab"))
    assert [(line.id, line.title) for line in ledger.lines] == [("together", "All 2 differences together")]
    assert ledger.lines[0].tokens_per_s.estimate == pytest.approx(1000 - 400)
    assert words in ledger.notes[0]
    assert ledger.pairs == ()
    assert [fix.factors for fix in ledger.fix_one] == [("a", "b")]


def test_four_factors_need_single_breaks_and_fixes() -> None:
    full = sparse_table("abcd", [7.0 - 0.1 * len(name) for name in names_of("abcd")])
    assert len(build_ledger(full, make_factors("abcd")).lines) == 4
    kept = [place for place, cell in enumerate(full.cells) if cell.factors != frozenset("bcd")]
    noise = [
        term.model_copy(update={"weights": tuple(tuple(term.weights[i][j] for j in kept) for i in kept)})
        for term in full.noise
    ]
    cells = tuple(full.cells[place] for place in kept)
    ledger = build_ledger(
        full.model_copy(update={"cells": cells, "noise": tuple(noise)}), make_factors("abcd")
    )
    assert [line.id for line in ledger.lines] == ["together"]
    assert "only A at the reference's value" in ledger.notes[0]


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
