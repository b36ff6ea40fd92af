"""What the next round is for. A whole course is played with rates drawn from a known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from doctor.attribution.questions import gap_questions
from doctor.planning.schedule import engine_key, round_of_runs
from doctor.schema.plan import Arm, Decision, Factor, Plan
from doctor.schema.question import FROM_PUBLISHED, Question
from doctor.schema.run import EngineFacts, Run
from doctor.statistics.ablations import ablation_questions
from doctor.statistics.cells import cell_table
from doctor.statistics.noise import noise_floor
from doctor.statistics.rounds import Course, next_round
from tests.statistics.builders import SETUP, make_arm, make_run

ENDS = (make_arm("reference", role="reference"), make_arm("user", "ab", "user"))
CELLS = (make_arm("only-a", "a"), make_arm("only-b", "b"))
SLOW = make_arm("slow", role="ablation")
FACTORS = tuple(Factor(id=one, title=one.upper(), resource=one, changes=()) for one in "ab")
FACTS = EngineFacts(vllm_version="0", start_s=4.0)


def plan(*arms: Arm, most: int = 6, dear: bool = False) -> Plan:
    return Plan(arms=arms, factors=FACTORS, seed=0, budget_s=600, most_repeats=most, starts_are_dear=dear)


def runs_of(*rounds: Sequence[str]) -> list[Run]:
    made: list[Run] = []
    for repeat, arms in enumerate(rounds):
        for arm in arms:
            run = make_run(arm, repeat=repeat, start=len(made), position=len(made))
            made.append(run.model_copy(update={"engine": FACTS}))
    return made


def decide(
    made: Plan,
    runs: Sequence[Run],
    questions: Sequence[Question] = (),
    *,
    dof: float = 0,
    left_s: float = 600.0,
    engines: Mapping[str, str] | None = None,
) -> Decision:
    known = engines or {arm.id: "one" for arm in made.arms}
    return next_round(Course(made, runs, questions, dof, known, left_s))


def gap(estimate: float, half_width: float | None) -> Question:
    return Question(
        name="gap",
        rank=0,
        weights={"reference": 1, "user": -1},
        estimate=estimate,
        half_width=half_width,
        threshold=0.03,
    )


def test_both_ends_come_first_and_their_repeat_second() -> None:
    made = plan(*ENDS, *CELLS, SLOW)
    assert decide(made, []).arms == ("reference", "user")
    second = decide(made, runs_of(("reference", "user")), [gap(0.5, None)])
    assert second.arms == ("reference", "user")
    assert "noise" in second.why


def test_without_a_setup_of_the_users_the_ablations_come_before_the_repeat() -> None:
    made = plan(ENDS[0], SLOW)
    assert decide(made, []).arms == ("reference", "slow")
    assert decide(made, runs_of(("reference", "slow"))).arms == ("reference",)


def test_a_gap_is_split_and_no_gap_is_not() -> None:
    twice = runs_of(("reference", "user"), ("reference", "user"))
    made = plan(*ENDS, *CELLS)
    assert decide(made, twice, [gap(0.5, 0.1)], dof=2).arms == ("reference", "only-a", "only-b")
    assert decide(made, twice, [gap(0.0, 0.02)], dof=2).arms == ()


def test_before_a_gap_is_shown_nothing_is_split() -> None:
    made, twice = plan(*ENDS, *CELLS), runs_of(("reference", "user"), ("reference", "user"))
    assert set(decide(made, twice, [gap(0.1, 0.12)], dof=2).arms) == {"reference", "user"}
    hopeless = decide(made, twice, [gap(0.04, 0.9)], dof=4)
    assert (hopeless.arms, hopeless.open_questions) == ((), ("gap",))


def test_nothing_is_given_up_for_a_noise_that_two_runs_tell() -> None:
    made = plan(*ENDS, *CELLS)
    twice = runs_of(("reference", "user"), ("reference", "user"))
    assert decide(made, twice, [gap(0.04, 0.9)], dof=1).arms == ("reference", "user")
    assert decide(made, twice, [gap(0.04, 0.9)], dof=1, left_s=0.5).arms == ()


def test_a_dear_engine_is_not_started_for_the_reference_alone() -> None:
    twice = runs_of(("reference", "user"), ("reference", "user"))
    engines = {"reference": "one", "user": "two", "only-a": "two", "only-b": "one"}
    dear = decide(plan(*ENDS, CELLS[0], dear=True), twice, [gap(0.5, 0.1)], dof=2, engines=engines)
    assert dear.arms == ("only-a",)
    shared = decide(plan(*ENDS, *CELLS, dear=True), twice, [gap(0.5, 0.1)], dof=2, engines=engines)
    assert shared.arms == ("reference", "only-a", "only-b")


def test_cells_that_the_time_does_not_allow_are_not_begun() -> None:
    """A run took 0.4 s, an engine start 4 s, half as much again for what goes with it: 1.5 + 6 s."""
    twice = runs_of(("reference", "user"), ("reference", "user"))
    made = plan(*ENDS, *CELLS)
    assert decide(made, twice, [gap(0.5, 0.1)], dof=2, left_s=8.0).arms
    short = decide(made, twice, [gap(0.5, 0.1)], dof=2, left_s=7.0)
    assert short.arms == ()
    assert "longer than the time left" in short.why


WILD = dict.fromkeys(("reference", "only-a", "only-b"), (1.0, 1.01, 0.99)) | {"user": (1.0, 1.4, 1.8)}


def test_an_arm_whose_repeats_do_not_agree_is_run_again_until_its_runs_are_spent() -> None:
    runs = runs_of(*[("reference", "user", "only-a", "only-b")] * 3)
    wild = [
        run.model_copy(update={"wall_s": (run.wall_s or 0) * (1 + run.repeat / 3)})
        if run.arm == "user"
        else run
        for run in runs
    ]
    again = decide(plan(*ENDS, *CELLS), wild, [gap(0.5, 0.1)], dof=6)
    assert again.arms == ("reference", "user")
    assert "do not agree" in again.why
    assert decide(plan(*ENDS, *CELLS, most=3), wild, [gap(0.5, 0.1)], dof=6).arms == ()


def step(estimate: float, half_width: float) -> Question:
    fields = {"name": FROM_PUBLISHED, "rank": 3, "weights": {"reference": 1.0}, "precision": 0.2}
    return Question.model_validate({**fields, "estimate": estimate, "half_width": half_width})


def test_how_a_figure_may_be_inflated_is_run_only_where_it_lies_beyond_the_reference() -> None:
    inflated = SLOW.model_copy(update={"id": "warm-cache", "conditional": True})
    made, twice = plan(ENDS[0], inflated), runs_of(("reference",), ("reference",))
    assert decide(made, []).arms == ("reference",)
    assert decide(made, twice, [step(0.3, 0.1)], dof=1).arms == ("reference", "warm-cache")
    for estimate, half_width in ((0.1, 0.1), (-0.3, 0.1)):
        assert decide(made, twice, [step(estimate, half_width)], dof=1).arms == ()


def test_failed_arms_are_not_tried_again_and_again() -> None:
    runs = [run.model_copy(update={"status": "failed"}) for run in runs_of(("reference", "user"))]
    assert decide(plan(*ENDS, *CELLS), runs).arms == ()


def played(
    truth: Mapping[str, float], noise: float, seed: int, arms: Sequence[Arm]
) -> tuple[Plan, list[Run]]:
    """A course played to its end: every run's rate is its arm's true one, with noise."""
    random = np.random.default_rng(seed)
    made = plan(*arms)
    runs: list[Run] = []
    for _ in range(40):
        table = cell_table(runs, made.arms, "measured")
        asked = (*gap_questions(table, made.factors), *ablation_questions(runs, made.arms, "reference"))
        floor = noise_floor(runs)
        engines = {arm.id: engine_key(arm.setup) for arm in made.arms}
        left = 600.0 - 5 * len(runs)
        decision = next_round(Course(made, runs, asked, floor.dof if floor else 0, engines, left))
        if not decision.arms:
            return made, runs
        new = round_of_runs(made, decision.arms)
        made = made.model_copy(update={"schedule": (*made.schedule, *new)})
        for one in new:
            rate = truth[one.arm] * float(np.exp(noise * random.standard_normal()))
            run = make_run(one.arm, rate, repeat=one.repeat, start=one.engine_start, position=one.position)
            runs.append(run.model_copy(update={"engine": FACTS}))
    raise AssertionError("it did not stop")


TRUTH = {"reference": 1000.0, "user": 400.0, "only-a": 450.0, "only-b": 900.0}


def test_a_clear_gap_on_a_quiet_machine_takes_few_runs() -> None:
    """Two runs of each end, one of each cell, and the reference to tie them: seven."""
    assert sorted(len(played(TRUTH, 0.003, seed, (*ENDS, *CELLS))[1]) for seed in range(9))[:7] == [7] * 7


def test_a_noisy_machine_takes_more() -> None:
    counts = [len(played(TRUTH, 0.2, seed, (*ENDS, *CELLS))[1]) for seed in range(9)]
    assert sum(counts) > 1.2 * 7 * 9
    assert max(counts) <= 6 * 4


@pytest.mark.parametrize("seed", range(9))
def test_no_arm_runs_more_often_than_was_asked(seed: int) -> None:
    """The reference, which ties the rounds together, is no exception."""
    _, runs = played({**TRUTH, "slow": 300.0}, 0.2, seed, (*ENDS, *CELLS, SLOW))
    arms = [run.arm for run in runs]
    assert max(arms.count(arm) for arm in set(arms)) <= 6


@pytest.mark.parametrize("seed", range(5))
def test_no_gap_is_told_from_the_ends_alone(seed: int) -> None:
    _, runs = played({**TRUTH, "user": 1000.0}, 0.002, seed, (*ENDS, *CELLS))
    assert {run.arm for run in runs} == {"reference", "user"}


def test_ablations_follow() -> None:
    truth = {**TRUTH, "slow": 300.0}
    _, runs = played(truth, 0.01, 1, (*ENDS, *CELLS, SLOW))
    order = [run.arm for run in runs]
    assert order.index("slow") > order.index("only-b")


def test_setups_share_one_engine_here() -> None:
    assert len({engine_key(arm.setup) for arm in (*ENDS, *CELLS)}) == 1
    assert SETUP.engine.max_num_seqs is None
