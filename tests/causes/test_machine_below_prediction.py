"""Slower than this kind of card should be: what shows it, what excludes it."""

from __future__ import annotations

from typing import Literal

import pytest

from doctor.causes.catalogue import load_cause
from doctor.causes.contract import Case, Judgement
from doctor.schema.evidence import Evidence
from doctor.schema.prediction import Forecast, Standing
from doctor.schema.rates import Interval

CAUSE = load_cause("machine-below-prediction")
Source = Literal["measured here", "observed"]


def stands(seen: float, source: Source = "measured here") -> Standing:
    """Against a prediction of 1000 (900 to 1100)."""
    where: Literal["below", "within", "above"] = "within"
    if not 900 <= seen <= 1100:
        where = "below" if seen < 900 else "above"
    return Standing(
        title="Reference setup",
        source=source,
        counts="output",
        predicted=Interval(estimate=1000, low=900, high=1100),
        seen=Interval(estimate=seen),
        ratio=Interval(estimate=seen / 1000, low=seen / 1100, high=seen / 900),
        stands=where,
    )


def judged(*standings: Standing) -> Judgement:
    return CAUSE.judge(Case(evidence=Evidence(), forecast=Forecast(standings=standings)))


def test_a_measured_rate_below_the_interval_is_a_finding() -> None:
    judgement = judged(stands(800), stands(950))
    assert judgement.status == "confirmed"
    assert judgement.factor is not None
    assert judgement.factor.estimate == pytest.approx(0.8)
    assert "800 output tok/s lies below the 900 to 1100" in judgement.summary
    assert CAUSE.finding(judgement).basis == "predicted"


def test_an_observed_figure_is_a_suspicion_only() -> None:
    assert judged(stands(800, "observed")).status == "inconclusive"


def test_a_measured_rate_within_the_interval_clears_the_machine() -> None:
    judgement = judged(stands(950), stands(500, "observed"))
    assert judgement.status == "ruled out"
    assert judgement.lines[0].speaks == "against"


def test_asks_for_evidence_where_there_is_none() -> None:
    for case in (Case(evidence=Evidence()), Case(evidence=Evidence(), forecast=Forecast())):
        judgement = CAUSE.judge(case)
        assert judgement.status == "inconclusive"
        assert judgement.would_decide


def test_a_round_figure_at_the_edge_is_none() -> None:
    """ "About 880" is not below 900: figures within 3 % are the same figure. A measured one is below."""
    edge = judged(stands(880, "observed"))
    assert edge.status == "ruled out"
    assert "lies at the edge of the 900 to 1100" in edge.summary
    assert judged(stands(880)).status == "confirmed"
