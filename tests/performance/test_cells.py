"""Predicted cells: their rates are predictions, and what all cells share cancels between them."""

from __future__ import annotations

import math

import pytest

from doctor.performance.cells import CellSetup, predicted_rates, predicted_table
from doctor.performance.predict import predict
from doctor.schema.measurement import CellTable, spread
from doctor.schema.setup import Setup
from tests.performance import models
from tests.performance.setups import setup

NONE: frozenset[str] = frozenset()
A = frozenset({"a"})
BASE = setup(models.QWEN3_8B, 200, 50, 40)
FEW = setup(models.QWEN3_8B, 200, 50, 40, max_concurrency=4)


def table(other: Setup, gpu: str = "h200") -> CellTable:
    return predicted_table([CellSetup(NONE, BASE, "h200"), CellSetup(A, other, gpu)], "output")


def error(found: CellTable, gradient: list[float]) -> float:
    reach = spread(found.noise, gradient)
    return reach[0] if reach else 0.0


def test_the_rates_are_those_of_predict() -> None:
    found = table(FEW)
    assert (found.basis, found.counts) == ("predicted", "output")
    assert [cell.factors for cell in found.cells] == [NONE, A]
    for cell, one in zip(found.cells, (BASE, FEW), strict=True):
        assert math.exp(cell.log_rate) == pytest.approx(predict(one, "h200").rates.output_tokens_per_s)
        assert cell.n == 0
    total = predicted_rates([CellSetup(A, FEW, "h200")], "total")
    assert total[A] == pytest.approx(predict(FEW, "h200").rates.total_tokens_per_s)


def test_what_is_uncertain_alike_cancels_between_cells_of_one_card() -> None:
    same = table(BASE)
    assert error(same, [1.0, -1.0]) == pytest.approx(0.0, abs=1e-9)
    near = table(FEW)
    assert error(near, [1.0, -1.0]) < 0.8 * error(near, [1.0, 0.0])


def test_cards_are_uncertain_independently() -> None:
    apart = table(BASE, "a100")
    one, other = error(apart, [1.0, 0.0]), error(apart, [0.0, 1.0])
    assert error(apart, [1.0, -1.0]) == pytest.approx(math.hypot(one, other), rel=0.1)
    assert any("A100" in note for note in apart.notes)
    assert any("H200" in note for note in apart.notes)
