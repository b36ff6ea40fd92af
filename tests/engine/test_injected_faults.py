"""A small part of `make benchmark-accuracy`: a strong fault of the program beside a weak one of a setting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults.catalogue import FAULTS, fault
from benchmarks.faults.draw import Case
from benchmarks.faults.engine import Programs
from benchmarks.faults.program import MODEL
from benchmarks.faults.score import Score
from benchmarks.injected_faults import measure

pytestmark = pytest.mark.quiet

FACTOR_LINES = {one.id for one in FAULTS if one.place == "setting"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faults")
    (made / "small").mkdir()
    (made / "small" / "config.json").write_text(json.dumps(MODEL))
    return made


@pytest.fixture(scope="module")
def programs(folder: Path) -> Iterator[Programs]:
    with Programs(folder) as running:
        yield running


def test_the_injected_fault_takes_the_most(folder: Path, programs: Programs) -> None:
    ids = ("load-timed", "logprobs")
    case = Case("+".join(ids), tuple(fault(one) for one in ids), {})
    found = _conclusive(case, folder, programs)
    # A timed load leaves 40 % of the rate or less: more than a shared machine's noise.
    main = max(found.true_shares, key=lambda one: found.true_shares[one])
    assert main == max(found.told_shares, key=lambda one: found.told_shares[one]), found
    assert main == ids[0], found
    assert not FACTOR_LINES & set(found.blamed), found
    assert found.exit_code == 1, found.verdict


def _conclusive(case: Case, folder: Path, programs: Programs) -> Score:
    """Three tries: where others use the machine its noise may hide any gap, and no share is told then."""
    for number in range(3):
        made = folder / f"{case.id}-{number}"
        made.mkdir()
        found = Score(**measure(case, made, programs, "60s")["score"])
        if found.told_shares:
            break
    return found
