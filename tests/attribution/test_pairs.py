from __future__ import annotations

import math

import pytest

from doctor.attribution.ledger import build_ledger
from tests.attribution.tables import make_factors, table


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ((1000, 200, 200, 190), "fixing either alone is worth little (+10 and +10); both together, +810"),
        ((1000, 700, 600, 500), "they mask each other: fixed alone, +100 and +200; both together, +500"),
        ((1000, 800, 900, 400), "they overlap: fixed alone, +500 and +400; both together, only +600"),
        ((1000, 800, 500, 400), "no interaction shown: fixed alone, +100 and +400; both together, +600"),
    ],
)
def test_words(rates: tuple[float, ...], words: str) -> None:
    named = dict(zip(("", "a", "b", "ab"), map(float, rates), strict=True))
    (pair,) = build_ledger(table(named, noise=0.005), make_factors("ab")).pairs
    assert pair.words.startswith(words)
    assert pair.words.endswith("output tok/s")


def test_interaction_by_hand() -> None:
    """ln 400 - ln 800 - ln 900 + ln 1000 = -0.5878; four cells of 1 %: half-width t(10) · 2 %."""
    (pair,) = build_ledger(table({"": 1000.0, "a": 800.0, "b": 900.0, "ab": 400.0}), make_factors("ab")).pairs
    assert pair.log_interaction.estimate == pytest.approx(math.log(400 * 1000 / (800 * 900)))
    assert pair.log_interaction.high is not None
    assert pair.log_interaction.high - pair.log_interaction.estimate == pytest.approx(0.044563, rel=1e-4)
    assert (pair.fix_first_tokens_per_s, pair.fix_second_tokens_per_s) == pytest.approx((500, 400))


def test_unknown_noise_is_said() -> None:
    (pair,) = build_ledger(
        table({"": 1000.0, "a": 800.0, "b": 900.0, "ab": 400.0}, noise=None), make_factors("ab")
    ).pairs
    assert "noise unknown" in pair.words


def test_strongest_pair_first() -> None:
    rates = {
        "": 800.0,
        "a": 400.0,
        "b": 400.0,
        "c": 700.0,
        "ab": 380.0,
        "ac": 350.0,
        "bc": 350.0,
        "abc": 330.0,
    }
    pairs = build_ledger(table(rates), make_factors("abc")).pairs
    assert {pairs[0].first, pairs[0].second} == {"a", "b"}
    assert len(pairs) == 3
