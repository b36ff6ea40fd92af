"""Small-GPU defaults on a large GPU: what shows it, what excludes it."""

from __future__ import annotations

import pytest

from doctor.causes.catalogue import load_cause
from doctor.causes.contract import Case
from doctor.schema.evidence import Evidence, Fact, Origin
from tests.causes.judging import judged

CAUSE = "nvml-defaults-fallback"
SHOWS = "H200 MIG 2g.35gb, default flags"
EXCLUDES = "H200\nvllm serve m/x --max-num-batched-tokens 8192"


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_is_ruled_out_by_what_excludes_it() -> None:
    judgement = judged(CAUSE, EXCLUDES)
    assert judgement.status == "ruled out"
    assert all(line.speaks != "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


@pytest.mark.parametrize(("mig", "suspected"), [(False, False), (True, True)])
def test_a_whole_card_that_says_so_is_no_slice(mig: bool, suspected: bool) -> None:
    origin = Origin(file="environment.json")
    name = Fact(path="gpu.name", value="NVIDIA H100 80GB HBM3", origin=origin)
    seen = (name, Fact(path="gpu.mig", value=mig, origin=origin))
    judgement = load_cause(CAUSE).judge(Case(evidence=Evidence(environment=seen)))
    assert bool(judgement.lines) is suspected
