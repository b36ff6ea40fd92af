"""The ledger's arithmetic, by hand."""

from __future__ import annotations

import math

import pytest

from doctor.attribution.ends import End
from doctor.attribution.ledger import build_ledger
from tests.attribution.tables import balance, full_table, make_factors, names_of, shares, sparse_table, table

TWO = {"": 1000.0, "a": 800.0, "b": 900.0, "ab": 400.0}


def test_two_factors_by_hand() -> None:
    """Losses in logs: a ½(ln 1000/800 + ln 900/400) = 0.517037, b 0.399254, together ln 2.5.

    The log mean is 600 / 0.916291 = 654.814, so a has 338.56 and b 261.44 output tok/s.
    """
    ledger = build_ledger(table(TWO), make_factors("ab"))
    assert shares(ledger) == pytest.approx({"a": 338.563, "b": 261.437}, abs=1e-3)
    factors = {line.id: line.factor.estimate for line in ledger.lines if line.factor}
    assert factors == pytest.approx({"a": math.exp(-0.517037), "b": math.exp(-0.399254)}, rel=1e-6)
    assert balance(ledger) == pytest.approx(0, abs=1e-9)


def test_three_factors_by_hand() -> None:
    """Rates as powers of two, shares in bits: a 1/2, b 1, c 1/2 of 2; the gap is 6."""
    rates = {"": 8.0, "a": 4.0, "b": 4.0, "c": 8.0, "ab": 4.0, "ac": 4.0, "bc": 2.0, "abc": 2.0}
    ledger = build_ledger(table(rates), make_factors("abc"))
    assert shares(ledger) == pytest.approx({"a": 1.5, "b": 3.0, "c": 1.5})


def test_interval_of_a_share_by_hand() -> None:
    """Two factors, sd 1 % per cell, 10 df. The factor's log has variance 4 · ¼ · 1e-4, so the
    half-width is t(10) · 0.01 = 0.022281."""
    ledger = build_ledger(table(TWO), make_factors("ab"))
    factor = ledger.lines[0].factor
    assert factor is not None
    assert factor.low is not None
    assert math.log(factor.estimate / factor.low) == pytest.approx(0.022281, rel=1e-4)


def test_the_interval_in_tokens_follows_the_ends() -> None:
    """Numeric derivative of the share with respect to each cell, against the reported width."""
    variance, step = 0.0, 1e-6
    for name in TWO:
        moved = {
            sign: shares(
                build_ledger(table({**TWO, name: TWO[name] * math.exp(sign * step)}), make_factors("ab"))
            )["a"]
            for sign in (-1, 1)
        }
        variance += ((moved[1] - moved[-1]) / (2 * step)) ** 2 * 1e-4
    line = build_ledger(table(TWO), make_factors("ab")).lines[0].tokens_per_s
    assert line.high is not None
    assert line.high - line.estimate == pytest.approx(2.228139 * math.sqrt(variance), rel=1e-4)


def test_the_whole_chain() -> None:
    ledger = build_ledger(
        table(TWO),
        make_factors("ab"),
        published=End("published", 1149.4),
        observed=End("observed", 390.0),
        accounting_tokens_per_s=1149.49,
    )
    assert [line.kind for line in ledger.lines] == [
        "accounting",
        "setting",
        "factor",
        "factor",
        "unexplained",
    ]
    assert ledger.start_tokens_per_s == pytest.approx(2298.89)
    assert ledger.lines[1].tokens_per_s.estimate == pytest.approx(149.4)
    assert ledger.lines[-1].tokens_per_s.estimate == pytest.approx(10.0)
    assert ledger.lines[-1].factor is not None
    assert ledger.lines[-1].factor.estimate == pytest.approx(0.975)
    assert balance(ledger) == pytest.approx(0, abs=1e-9)


def test_the_unexplained_rest_moves_no_other_line() -> None:
    without = build_ledger(table(TWO), make_factors("ab"))
    with_rest = build_ledger(table(TWO), make_factors("ab"), observed=End("observed", 100.0))
    assert shares(with_rest) == shares(without)
    assert with_rest.lines[-1].tokens_per_s.estimate == pytest.approx(300.0)


def test_fixes_by_hand() -> None:
    ledger = build_ledger(table(TWO), make_factors("ab"))
    assert [(fix.factors, round(fix.gain_tokens_per_s.estimate)) for fix in ledger.fix_one] == [
        (("a",), 500),
        (("b",), 400),
    ]
    assert ledger.fix_all is not None
    assert ledger.fix_all.gain_tokens_per_s.estimate == pytest.approx(600)
    assert ledger.fix_all.gain_fraction == pytest.approx(1.5)
    assert ledger.fix_all.factors == ("a", "b")


def test_no_factors() -> None:
    ledger = build_ledger(
        table({"": 1000.0}), [], published=End("published", 1100.0), observed=End("observed", 990.0)
    )
    assert [line.kind for line in ledger.lines] == ["setting", "unexplained"]
    assert ledger.fix_all is None
    assert balance(ledger) == pytest.approx(0, abs=1e-9)


def test_unknown_noise_gives_lines_without_intervals() -> None:
    ledger = build_ledger(table(TWO, noise=None), make_factors("ab"))
    assert shares(ledger) == pytest.approx({"a": 338.563, "b": 261.437}, abs=1e-3)
    assert all(line.tokens_per_s.low is None and line.tokens_per_s.high is None for line in ledger.lines)
    assert any("noise is not known" in note for note in ledger.notes)


def test_a_gap_within_noise_is_said() -> None:
    rates = {"": 1000.0, "a": 1001.0, "b": 999.0, "ab": 998.0}
    ledger = build_ledger(table(rates), make_factors("ab"))
    assert any("No difference shown" in note for note in ledger.notes)


def test_equal_ends_do_not_divide_by_zero() -> None:
    ledger = build_ledger(table({"": 500.0, "a": 250.0, "b": 1000.0, "ab": 500.0}), make_factors("ab"))
    assert shares(ledger) == pytest.approx({"a": 500 * math.log(2), "b": -500 * math.log(2)})
    assert balance(ledger) == pytest.approx(0, abs=1e-9)


def test_filled_cells_are_marked() -> None:
    effects = dict(zip("abcd", (0.1, 0.2, 0.3, 0.4), strict=True))
    logs = [7.0 - sum(effects[n] for n in name) for name in names_of("abcd")]
    filled = build_ledger(sparse_table("abcd", logs), make_factors("abcd"))
    full = build_ledger(full_table("abcd", logs), make_factors("abcd"))
    assert all(line.filled for line in filled.lines)
    assert not any(line.filled for line in full.lines)
    assert shares(filled) == pytest.approx(shares(full))
    assert "6 of 16 cells filled from main effects and pair terms" in filled.method
    assert any("not the error of the fill" in note for note in filled.notes)


def test_a_triple_interaction_that_shows_is_said() -> None:
    logs = [7.0 - 0.1 * len(name) - 0.5 * (set(name) >= {"a", "b", "c"}) for name in names_of("abcd")]
    ledger = build_ledger(sparse_table("abcd", logs), make_factors("abcd"))
    assert any("more than two factors interact" in note for note in ledger.notes)


def test_a_prediction_gives_the_shape_and_the_cells_the_level() -> None:
    """The model has the right interactions and is 20 % too fast: the shares are the true ones."""
    true = {
        name: 1000.0 * (0.5 if set(name) >= {"a", "b"} else 1.0) * 0.9 ** len(name)
        for name in names_of("abcd")
    }
    prediction = {frozenset(name): 1.2 * rate for name, rate in true.items()}
    ends = table({name: true[name] for name in ("", "abcd")})
    ledger = build_ledger(ends, make_factors("abcd"), prediction=prediction)
    full = build_ledger(table(true), make_factors("abcd"))
    assert shares(ledger) == pytest.approx(shares(full))
    assert "rescaled in log space" in ledger.method
    assert all(line.filled for line in ledger.lines)


def test_lengths_that_differ_are_named_with_the_choice() -> None:
    cells = table(TWO)
    changed = tuple(
        cell.model_copy(update={"output_tokens_per_request": 5.0}) if "a" in cell.factors else cell
        for cell in cells.cells
    )
    ledger = build_ledger(cells.model_copy(update={"cells": changed}), make_factors("ab"))
    (note,) = ledger.notes
    assert "10/10, 10/5" in note
    assert "splits output tokens/s" in note
    assert build_ledger(cells, make_factors("ab")).notes == ()
