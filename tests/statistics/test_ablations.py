from __future__ import annotations

import math

import pytest

from doctor.statistics.ablations import ablation_questions
from tests.statistics.builders import interleaved, make_arm

ARMS = [make_arm("reference", role="reference"), make_arm("slow", role="ablation"), make_arm("cell", "a")]


def test_each_ablation_that_ran_is_asked_for_its_effect() -> None:
    runs = interleaved({"reference": [100, 102, 99], "slow": [50, 51, 49], "cell": [80, 80, 81]})
    (slow,) = ablation_questions(runs, ARMS, "reference")
    assert slow.estimate == pytest.approx(math.log(0.5), abs=0.01)
    assert dict(slow.weights) == {"slow": 1.0, "reference": -1.0}
    assert slow.half_width is not None
    assert 0 < slow.half_width < 0.1
    assert slow.settled


def test_unknown_noise_leaves_it_open() -> None:
    (slow,) = ablation_questions(interleaved({"reference": [100], "slow": [50]}), ARMS, "reference")
    assert slow.half_width is None
    assert not slow.settled


def test_what_did_not_run_is_not_asked_for() -> None:
    assert ablation_questions(interleaved({"reference": [100, 101]}), ARMS, "reference") == ()
