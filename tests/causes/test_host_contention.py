"""Other programs take the CPU: what shows it, what excludes it."""

from __future__ import annotations

from doctor.causes.contract import Case, Judgement
from doctor.causes.host_contention import CAUSE
from doctor.schema.evidence import Evidence, Fact, Origin

ORIGIN = Origin(file="runs/0000.json", path="host_samples")


def judgement(**cores: float) -> Judgement:
    paths = {"others": "cpu.other_cores", "engine": "cpu.engine_cores", "usable": "cpu.count"}
    facts = tuple(Fact(path=paths[name], value=value, origin=ORIGIN) for name, value in cores.items())
    return CAUSE.judge(Case(evidence=Evidence(environment=facts)))


def test_is_confirmed_where_no_core_is_left() -> None:
    found = judgement(others=1.1, engine=0.9, usable=2)
    assert found.status == "confirmed"
    assert found.lines[0].text == (
        "other programs used 1.1 of 2 cores during the runs, the engine 0.9: none was free"
    )


def test_stays_open_where_cores_are_left() -> None:
    assert judgement(others=4, engine=2, usable=16).status == "inconclusive"


def test_is_ruled_out_on_an_idle_machine() -> None:
    found = judgement(others=0.1, engine=2, usable=2)
    assert found.status == "ruled out"
    assert found.lines[0].speaks == "against"


def test_asks_for_evidence_where_there_is_none() -> None:
    for found in (judgement(), judgement(others=1.0), judgement(engine=1, usable=2)):
        assert found.status == "inconclusive"
        assert found.would_decide
