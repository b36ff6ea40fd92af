"""The score: strength times plausibility times the share of the gap that a cause could be."""

from __future__ import annotations

import pytest

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.lookup import about
from doctor.causes.ranking import judge_all, score
from doctor.schema.evidence import Evidence
from doctor.schema.finding import Remedy


def test_excluded_and_unknown_causes_score_nothing() -> None:
    assert score(Judgement("ruled out", "", strength="measured", factor=about(0.1)), 0.5) == 0
    assert score(Judgement("inconclusive", ""), 0.5) == 0


def test_half_of_a_gap_counts_half() -> None:
    # ln 0.5 of ln 0.25 is a half: 0.6 × (0.15 + 0.85 × 0.5).
    half = Judgement("confirmed", "", strength="configuration", factor=about(0.5))
    assert score(half, 0.25) == pytest.approx(0.6 * (0.15 + 0.85 * 0.5))


def test_arithmetic_before_measurement_before_configuration_before_warnings() -> None:
    scores = [
        score(Judgement("confirmed", "", strength=strength, factor=about(0.5)), 0.5)
        for strength in ("arithmetic", "measured", "configuration", "warning")
    ]
    assert scores == sorted(scores, reverse=True)


def test_a_cause_that_is_worth_nothing_stays_low_however_strong_its_evidence() -> None:
    sure = Judgement("confirmed", "", strength="measured", factor=about(0.99))
    large = Judgement("inconclusive", "", strength="configuration", factor=about(0.4))
    assert score(sure, 0.4) < score(large, 0.4)


def test_a_cause_that_would_cost_far_more_than_the_gap_is_unlikely() -> None:
    huge = Judgement("confirmed", "", strength="configuration", factor=about(0.04))
    fitting = Judgement("confirmed", "", strength="configuration", factor=about(0.85))
    assert score(huge, 0.85) < score(fitting, 0.85)


def test_a_cause_that_fails_is_a_status() -> None:
    def broken(case: Case) -> Judgement:
        raise ValueError("no such thing")

    cause = Cause("broken", "Broken", "host", ("signals",), broken, Remedy(action="None."))
    judged = judge_all((cause,), Case(evidence=Evidence()))
    assert judged[0].judgement.status == "error"
    assert judged[0].score == 0
