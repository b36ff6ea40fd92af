from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.attribution.fill import checks_of_the_fill, fill_operator
from doctor.attribution.shapley import shapley_weights

EFFECTS = st.lists(st.floats(-1, 1), min_size=5, max_size=5)


def sparse(k: int) -> tuple[int, ...]:
    return tuple(m for m in range(1 << k) if m.bit_count() in (0, 1, k - 1, k))


@pytest.mark.parametrize("k", [4, 5, 6])
def test_measured_cells_stay(k: int) -> None:
    cells = sparse(k)
    assert fill_operator(k, cells)[list(cells)] == pytest.approx(np.eye(len(cells)))


@given(st.sampled_from([4, 5]), EFFECTS)
def test_log_additive_truth_is_filled_exactly(k: int, effects: list[float]) -> None:
    truth = np.array([sum(effects[bit] for bit in range(k) if m >> bit & 1) for m in range(1 << k)])
    cells = sparse(k)
    assert fill_operator(k, cells) @ truth[list(cells)] == pytest.approx(truth, abs=1e-9)


@pytest.mark.parametrize("k", [4, 5])
def test_shares_are_exact_where_only_pairs_interact(k: int) -> None:
    rng = np.random.default_rng(k)
    bits = np.array([[m >> b & 1 for b in range(k)] for m in range(1 << k)], dtype=float)
    truth = bits @ rng.normal(size=k) + np.einsum("mi,ij,mj->m", bits, rng.normal(size=(k, k)), bits)
    cells = sparse(k)
    filled = fill_operator(k, cells) @ truth[list(cells)]
    assert shapley_weights(k) @ filled == pytest.approx(shapley_weights(k) @ truth)
    assert np.abs(filled - truth).max() > 0.01  # single pair cells are not promised


def test_every_cell_measured_is_the_identity() -> None:
    assert fill_operator(3, tuple(range(8))) == pytest.approx(np.eye(8))


def test_both_ends_alone_share_the_loss_evenly_in_logs() -> None:
    filled = fill_operator(2, (0, 3)) @ np.array([1.0, 0.0])
    assert filled == pytest.approx([1.0, 0.5, 0.5, 0.0])


@pytest.mark.parametrize("k", [4, 5])
def test_single_breaks_and_fixes_can_tell_triples_from_pairs(k: int) -> None:
    bits = np.array([[m >> b & 1 for b in range(k)] for m in range(1 << k)], dtype=float)
    rng = np.random.default_rng(k)
    pairs = np.einsum("mi,ij,mj->m", bits, rng.normal(size=(k, k)), bits)
    triple = bits[:, 0] * bits[:, 1] * bits[:, 2]
    cells = list(sparse(k))
    (check,) = checks_of_the_fill(k, tuple(cells))
    assert check @ pairs[cells] == pytest.approx(0, abs=1e-9)
    assert abs(check @ triple[cells]) > 0.1


def test_a_full_table_has_nothing_to_fill() -> None:
    assert checks_of_the_fill(2, (0, 1, 2, 3)).shape == (0, 4)
