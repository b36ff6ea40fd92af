"""The programs compile, and qdoctor's reader sees in them what was put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults.catalogue import FAULTS, SOUND, Fault, fault
from benchmarks.faults.program import program
from doctor.evidence.reading import read_files
from doctor.schema.evidence import Evidence


def read(tmp_path: Path, source: str) -> Evidence:
    path = tmp_path / "program.py"
    path.write_text(source)
    return read_files([path])


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: one.id)
def test_every_program_compiles(one: Fault) -> None:
    assert program("model", one.settings, [one.id]) != program("model", {}) or one.place != "program"
    compile(program("model", one.settings, [one.id]), "program.py", "exec")


def test_the_sound_program_states_its_settings_and_nothing_suspicious(tmp_path: Path) -> None:
    evidence = read(tmp_path, program("model", {}))
    settings = {fact.path: fact.value for fact in evidence.settings}
    assert settings["workload.num_prompts"] == SOUND["num_prompts"]
    assert settings["engine.max_num_seqs"] == SOUND["max_num_seqs"]
    assert "workload.prompts" not in settings
    seen = {fact.path: fact.value for fact in evidence.script if fact.value}
    assert seen == {"rate_counts": "output", "engine_call_in_full": True}


def test_four_at_a_time_is_a_concurrency_not_one_request_after_the_other(tmp_path: Path) -> None:
    evidence = read(tmp_path, program("model", fault("concurrency").settings))
    settings = {fact.path: fact.value for fact in evidence.settings}
    assert settings["workload.max_concurrency"] == 4
    assert "sequential_loop" not in {fact.path for fact in evidence.script}


def test_identical_prompts_are_seen(tmp_path: Path) -> None:
    evidence = read(tmp_path, program("model", {}, identical=True))
    assert ("workload.num_prompts", 96) in {(fact.path, fact.value) for fact in evidence.settings}


@pytest.mark.parametrize(
    ("id_", "fact"), [("warm-up-timed", "timed_warm_up"), ("load-timed", "timer_encloses_model")]
)
def test_what_the_timer_wrongly_encloses_is_seen(tmp_path: Path, id_: str, fact: str) -> None:
    evidence = read(tmp_path, program("model", {}, [id_]))
    assert (fact, True) in {(one.path, one.value) for one in evidence.script}
