from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.schema.question import Question
from doctor.statistics.allocation import Candidate, Choice, choose, cost_s

DOF = 6
ENDS = {"reference": 1.0, "user": -1.0}


def question(estimate: float, half_width: float | None, rank: int = 0, **more: object) -> Question:
    given_ = {"name": f"question {rank}", "rank": rank, "weights": ENDS, "threshold": 0.03, **more}
    return Question.model_validate({**given_, "estimate": estimate, "half_width": half_width})


def arm(name: str, runs: int, *, run_s: float = 60.0, engine: str = "one", start_s: float = 0.0) -> Candidate:
    return Candidate(name, runs, run_s, engine, start_s, most=10)


def ends(reference: int, user: int) -> list[Candidate]:
    return [arm("reference", reference), arm("user", user)]


@pytest.mark.parametrize(
    ("estimate", "half", "expected"),
    [(0.1, 0.05, True), (0.1, 0.08, False), (0.0, 0.02, True), (0.0, 0.03, False), (-0.1, 0.05, True)],
)
def test_settled_beyond_the_threshold_or_within_it(estimate: float, half: float, expected: bool) -> None:
    assert question(estimate, half).settled is expected


def test_precise_enough_is_settled_and_unknown_noise_settles_nothing() -> None:
    assert question(0.03, 0.009, precision=0.01).settled
    assert not question(0.5, None).settled


def test_a_round_costs_its_runs_and_each_engine_once() -> None:
    arms = [
        arm("a", 1, run_s=10, start_s=5),
        arm("b", 1, run_s=20, start_s=5),
        arm("c", 1, run_s=1, engine="two", start_s=7),
    ]
    assert cost_s(arms) == 10 + 20 + 1 + 5 + 7


def test_nothing_open_stops() -> None:
    assert choose([question(0.1, 0.05)], ends(2, 2), DOF, 600) == Choice(
        (), "more runs would not change the verdict"
    )
    assert choose([], ends(1, 1), DOF, 600).arms == ()


def test_the_arm_with_fewest_runs_is_repeated() -> None:
    assert choose([question(0.06, 0.035)], ends(6, 2), DOF, 6000).arms == ("user",)


def test_a_round_stops_where_its_questions_should_be_settled() -> None:
    """Half-width 0.10 at one run each; t(6) 2.447. One more of one end, t(7) 2.365: 0.10 · 0.966 · √(1.5/2) =
    0.0837; of both, t(8) 2.306: 0.10 · 0.942 · √(1/2) = 0.0666."""
    assert len(choose([question(0.115, 0.10)], ends(1, 1), DOF, 6000).arms) == 1  # 0.115 − 0.0837 > 0.03
    assert len(choose([question(0.105, 0.10)], ends(1, 1), DOF, 6000).arms) == 2  # but 0.105 − 0.0837 < 0.03


def test_a_dear_arm_waits() -> None:
    candidates = [arm("reference", 2), arm("user", 2, run_s=600)]
    assert choose([question(0.06, 0.035)], candidates, DOF, 60000).arms[0] == "reference"


def test_an_engine_that_is_started_anyway_is_no_reason_to_wait() -> None:
    candidates = [
        arm("reference", 1, run_s=10, start_s=100),
        arm("user", 1, run_s=10, start_s=100),
        arm("b", 1, run_s=12, engine="two", start_s=100),
    ]
    needs_two = question(0.0, 0.1, weights={"reference": 1.0, "user": -0.5, "b": -0.5}, precision=0.07)
    assert choose([needs_two], candidates, DOF, 6000).arms[:2] == ("reference", "user")


def test_the_gap_comes_before_the_shares() -> None:
    share = question(0.06, 0.035, rank=2, weights={"a": 1.0, "reference": -1.0})
    choice = choose([share, question(0.06, 0.035)], [*ends(2, 2), arm("a", 1)], DOF, 6000)
    assert set(choice.arms) <= {"reference", "user"}
    assert choice.why == "to settle question 0"


def test_out_of_reach_gets_no_time_and_is_named() -> None:
    close = question(0.0301, 0.02)
    choice = choose([close], ends(3, 3), DOF, 6000)
    assert (choice.arms, choice.open_questions) == ((), ("question 0",))
    easy = question(0.06, 0.035, rank=1)
    choice = choose([close, easy], ends(3, 3), DOF, 6000)
    assert choice.arms
    assert choice.open_questions == ("question 0",)


def test_what_may_not_run_again_does_not() -> None:
    spent = [
        Candidate("reference", 2, 60.0, "one", 0.0, most=0),
        Candidate("user", 2, 60.0, "one", 0.0, most=0),
    ]
    assert choose([question(0.06, 0.035)], spent, DOF, 6000).arms == ()


def test_no_time_left_stops() -> None:
    assert choose([question(0.06, 0.035)], ends(2, 2), DOF, 30).arms == ()


@given(
    st.floats(-0.5, 0.5),
    st.floats(0.001, 1.0),
    st.integers(1, 8),
    st.integers(1, 8),
    st.floats(0.0, 5000.0),
)
def test_a_round_keeps_to_the_time_left(
    estimate: float, half: float, reference: int, user: int, left: float
) -> None:
    known = {one.arm: one for one in ends(reference, user)}
    choice = choose([question(estimate, half)], list(known.values()), DOF, left)
    assert len(set(choice.arms)) == len(choice.arms)
    assert cost_s([known[one] for one in choice.arms]) <= left
