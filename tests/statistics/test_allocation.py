from __future__ import annotations

import math

import pytest

from doctor.statistics.allocation import Candidate, Question, half_width, next_arm, settled
from doctor.statistics.noise import NoiseFloor

NOISE = NoiseFloor(run_sd=0.01, start_sd=None, dof=6)
GAP = Question("the gap", {"reference": 1.0, "user": -1.0}, estimate=0.1, threshold=0.02)


def arms(**runs: int) -> list[Candidate]:
    return [Candidate(arm, n, 60.0) for arm, n in runs.items()]


def test_half_width_by_hand() -> None:
    """t(6) = 2.447, sd 1 %, two runs each: 2.447 · 0.01 · sqrt(1/2 + 1/2) = 2.45 %."""
    assert half_width(GAP, {"reference": 2, "user": 2}, NOISE) == pytest.approx(0.02447, rel=1e-3)
    assert half_width(GAP, {"reference": 2}, NOISE) == math.inf


@pytest.mark.parametrize(
    ("estimate", "half", "expected"),
    [(0.1, 0.05, True), (0.1, 0.09, False), (0.0, 0.01, True), (0.0, 0.03, False), (-0.1, 0.05, True)],
)
def test_settled(estimate: float, half: float, expected: bool) -> None:
    assert settled(Question("q", {}, estimate, threshold=0.02), half) is expected


def test_precise_enough_is_settled() -> None:
    assert settled(Question("q", {}, 0.02, threshold=0.02, precision=0.01), 0.009)


def test_ends_come_first() -> None:
    share = Question("share of a", {"reference": 0.5, "a": -0.5, "user": -0.5}, 0.0)
    choice = next_arm([GAP, share], arms(a=0, reference=0, user=0), NOISE, 600)
    assert choice.arm == "reference"


def test_the_arm_with_fewest_runs_is_repeated() -> None:
    close = Question("the gap", GAP.weights, estimate=0.03, threshold=0.02)
    assert next_arm([close], arms(reference=4, user=2), NOISE, 6000).arm == "user"


def test_a_dear_arm_waits() -> None:
    close = Question("the gap", GAP.weights, estimate=0.035, threshold=0.02)
    candidates = [Candidate("reference", 2, 60.0), Candidate("user", 2, 600.0)]
    assert next_arm([close], candidates, NOISE, 60000).arm == "reference"


def test_stops_when_settled() -> None:
    choice = next_arm([GAP], arms(reference=3, user=3), NOISE, 6000)
    assert choice.arm is None
    assert "would not change the verdict" in choice.why
    assert choice.open_questions == ()


def test_stops_when_out_of_reach_and_names_what_stays_open() -> None:
    close = Question("the gap", GAP.weights, estimate=0.0201, threshold=0.02)
    choice = next_arm([close], arms(reference=3, user=3), NOISE, 6000)
    assert choice.arm is None
    assert choice.open_questions == ("the gap",)


def test_a_hopeless_question_does_not_block_the_next() -> None:
    hopeless = Question("share of a", {"a": 1.0, "user": -1.0}, 0.0200001, threshold=0.02)
    open_one = Question("share of b", {"b": 1.0, "user": -1.0}, 0.05, threshold=0.02)
    choice = next_arm([hopeless, open_one], arms(a=2, b=1, user=1), NOISE, 1200)
    assert choice.arm in ("b", "user")
    assert choice.open_questions == ("share of a",)


def test_unknown_noise_asks_for_a_repeat() -> None:
    choice = next_arm([GAP], arms(reference=1, user=1), None, 600)
    assert choice.arm == "reference"
    assert "noise is not known" in choice.why


def test_no_budget_stops() -> None:
    assert next_arm([GAP], arms(reference=0, user=0), NOISE, 30).arm is None
    assert next_arm([GAP], arms(reference=1, user=1), None, 30).arm is None
    assert next_arm([], arms(reference=1), NOISE, 600).arm is None


def test_greedy_always_ends() -> None:
    question = Question("the gap", GAP.weights, estimate=0.025, threshold=0.02)
    runs = {"reference": 1, "user": 1}
    budget = 6000.0
    for _ in range(200):
        choice = next_arm([question], arms(**runs), NOISE, budget)
        if choice.arm is None:
            break
        runs[choice.arm] += 1
        budget -= 60
    assert choice.arm is None
    assert abs(runs["reference"] - runs["user"]) <= 1
