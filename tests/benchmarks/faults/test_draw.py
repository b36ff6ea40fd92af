"""The cases are the same for a seed, cover every fault, and their decoys are harmless."""

from __future__ import annotations

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.draw import draw
from benchmarks.injected_faults import PAIRS, SEED, SOUND_SETUPS, TRIPLES

CASES = draw(SEED, PAIRS, TRIPLES, SOUND_SETUPS)


def test_at_least_forty_cases_with_sound_ones_among_them() -> None:
    sizes = [len(one.faults) for one in CASES]
    assert len(CASES) >= 40
    assert {size: sizes.count(size) for size in set(sizes)} == {
        0: SOUND_SETUPS,
        1: len(FAULTS),
        2: PAIRS,
        3: TRIPLES,
    }
    assert len({one.id for one in CASES}) == len(CASES)


def test_a_seed_gives_the_same_cases_and_another_gives_others() -> None:
    assert draw(SEED, PAIRS, TRIPLES, SOUND_SETUPS) == CASES
    assert draw(SEED + 1, PAIRS, TRIPLES, SOUND_SETUPS) != CASES


def test_every_fault_stands_in_a_pair_or_a_triple() -> None:
    together = {one.id for case in CASES if len(case.faults) > 1 for one in case.faults}
    assert together == {one.id for one in FAULTS}


def test_no_two_faults_share_a_line_and_no_decoy_touches_a_fault() -> None:
    for case in CASES:
        lines = [one.line for one in case.faults]
        assert len(set(lines)) == len(lines)
        settings = {name for one in case.faults for name in one.settings}
        assert not settings & set(case.decoy)
