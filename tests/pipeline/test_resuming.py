from __future__ import annotations

from typing import Literal

import pytest

from doctor.pipeline.resuming import before_the_fault, other_machine, scheduled
from doctor.redaction import redact_record
from doctor.schema.environment import Environment, Gpu
from doctor.schema.plan import Decision, Plan, PlannedRun
from doctor.schema.run import Run

FIRST = Decision(arms=("a",), why="the reference")
SECOND = Decision(arms=("a", "b"), why="the ablations")
THIRD = Decision(arms=("b",), why="to settle b")
LAST = Decision(arms=(), why="more runs would not change the verdict")


def planned(*arms: str) -> tuple[PlannedRun, ...]:
    """One run for each ``arm@round``, in that order."""
    split = [one.split("@") for one in arms]
    return tuple(
        PlannedRun(position=place, arm=arm, repeat=int(number), engine_start=int(number))
        for place, (arm, number) in enumerate(split)
    )


def made(one: PlannedRun, status: Literal["ok", "failed"] = "ok") -> Run:
    return Run(**one.model_dump(), status=status)


def test_without_a_fault_the_plan_stands() -> None:
    plan = Plan(arms=(), seed=0, budget_s=60, schedule=planned("a@0", "b@1"), decisions=(FIRST, SECOND, LAST))
    assert before_the_fault(plan, [made(one) for one in plan.schedule]) == plan
    assert before_the_fault(plan, []) == plan


def test_rounds_after_the_fault_are_decided_anew() -> None:
    schedule = planned("a@0", "a@1", "b@1", "b@2")
    plan = Plan(arms=(), seed=0, budget_s=60, schedule=schedule, decisions=(FIRST, SECOND, THIRD, LAST))
    runs = [made(schedule[0]), made(schedule[1], "failed"), made(schedule[2]), made(schedule[3])]
    again = before_the_fault(plan, runs)
    assert again.schedule == schedule[:3]
    assert again.decisions == (FIRST, SECOND)
    assert scheduled(again, runs) == tuple(runs[:3])


def test_two_rounds_of_one_decision_stay_together() -> None:
    schedule = planned("a@0", "a@1", "b@2")
    plan = Plan(arms=(), seed=0, budget_s=60, schedule=schedule, decisions=(FIRST, SECOND, LAST))
    again = before_the_fault(plan, [made(schedule[0], "failed")])
    assert again.schedule == schedule[:2]
    assert again.decisions == (FIRST,)


def test_a_fault_that_was_planned_away_does_not_count_again() -> None:
    schedule = planned("a@0", "b@1")
    plan = Plan(arms=(), seed=0, budget_s=60, schedule=schedule[:1], decisions=(FIRST, LAST))
    assert before_the_fault(plan, [made(schedule[0]), made(schedule[1], "failed")]) == plan


def machine(**changes: object) -> Environment:
    given = {
        "python_version": "3.12.3",
        "operating_system": "Linux",
        "cpu_model": "a processor",
        "cpus_usable": 16,
        "cpus_machine": 16,
        "memory_total_bytes": 128 * 2**30,
        "memory_available_bytes": 120 * 2**30,
        "gpus": (Gpu(index=0, name="NVIDIA H100 80GB HBM3"),),
    }
    return Environment.model_validate({**given, **changes})


def test_a_busier_machine_is_the_same() -> None:
    assert other_machine(machine(), machine(load_1m=7.0, memory_available_bytes=1)) is None
    assert other_machine(machine(), machine(cpu_model="", cpus_machine=None)) is None


def test_what_was_redacted_when_it_was_kept_is_no_difference() -> None:
    now = machine(cpu_model="Intel(R) Xeon(R) CPU @ 2.20GHz, 00:1A:2B:3C:4D:5E")
    kept = redact_record(now)
    assert kept.cpu_model != now.cpu_model
    assert other_machine(kept, now) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gpus": ()}, "GPUs: NVIDIA H100 80GB HBM3 then, none now"),
        ({"cpu_model": "another"}, "processor: a processor then, another now"),
        ({"cpus_machine": 32, "cpus_usable": 16}, "cores: 16 then, 32 now"),
    ],
)
def test_another_machine_is_told_by_what_it_is_made_of(changes: dict[str, object], words: str) -> None:
    assert other_machine(machine(), machine(**changes)) == words
