"""More than five factors: groups by resource."""

from __future__ import annotations

import numpy as np
import pytest

from doctor.attribution.ledger import build_ledger
from doctor.attribution.players import game_of
from doctor.attribution.shapley import owen_weights
from tests.attribution.tables import make_factors, names_of, shares, table

SIX = "abcdef"
RESOURCE = {"a": "load", "b": "load", "c": "kv memory", "d": "kv memory", "e": "sampling", "f": "cache"}
FACTORS = make_factors(SIX, RESOURCE)


def log_rates() -> dict[str, float]:
    rng = np.random.default_rng(2)
    single = dict(zip(SIX, rng.uniform(0.05, 0.3, 6), strict=True))
    return {
        name: 7 - sum(single[n] for n in name) + (0.15 if {"a", "c"} <= set(name) else 0.0)
        for name in names_of(SIX)
    }


def test_up_to_five_each_stands_for_itself() -> None:
    game = game_of(make_factors("abcde", dict.fromkeys("abcde", "load")), set())
    assert len(game.players) == len(game.groups) == 5


def test_full_table_gives_owen_values() -> None:
    logs = log_rates()
    ledger = build_ledger(table({n: float(np.exp(v)) for n, v in logs.items()}), FACTORS)
    expected = owen_weights(((0, 1), (2, 3), (4,), (5,))) @ np.array([logs[n] for n in names_of(SIX)])
    found = {line.id: -np.log(line.factor.estimate) for line in ledger.lines if line.factor}
    assert found == pytest.approx(dict(zip(SIX, expected, strict=True)))
    assert "Owen" in ledger.method


def test_groups_run_only_together_are_one_line() -> None:
    logs = log_rates()
    groups = ["ab", "cd", "e", "f"]
    names = {"".join(sorted("".join(g for i, g in enumerate(groups) if m >> i & 1))) for m in range(16)}
    ledger = build_ledger(table({n: float(np.exp(logs[n])) for n in names}), FACTORS)
    assert [line.id for line in ledger.lines] == ["load", "kv memory", "e", "f"] or [
        line.title for line in ledger.lines
    ] == ["A + B", "C + D", "E", "F"]
    assert not any(line.filled for line in ledger.lines)
    assert sum(shares(ledger).values()) == pytest.approx(np.exp(logs[""]) - np.exp(logs[SIX]))
    assert {fix.factors for fix in ledger.fix_one} == {("a", "b"), ("c", "d"), ("e",), ("f",)}


def test_sparse_group_cells_are_filled_and_marked() -> None:
    logs = log_rates()
    keep = {"", SIX, "ab", "cdef", "cd", "abef"}
    keep |= set(SIX) | {SIX.replace(n, "") for n in SIX}
    sparse = build_ledger(table({n: float(np.exp(logs[n])) for n in keep}), FACTORS)
    full = build_ledger(table({n: float(np.exp(v)) for n, v in logs.items()}), FACTORS)
    assert all(line.filled for line in sparse.lines)
    assert shares(sparse) == pytest.approx(shares(full), rel=0.02)
