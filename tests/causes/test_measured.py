"""How a measured effect becomes a finding: the same rule for every cause."""

from __future__ import annotations

import pytest

from doctor.causes.catalogue import load_cause
from doctor.causes.measured import judge_arm, judge_inflation, judge_line
from doctor.schema.ledger import LedgerLine
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.rates import Interval

CAUSE = load_cause("insufficient-concurrency")


def _arm(estimate: float, low: float | None, high: float | None, **more: object) -> ArmMeasurement:
    fields = {
        "arm": "low-batch-4",
        "basis": "measured",
        "runs_ok": 3,
        "runs_invalid": 0,
        "runs_failed": 0,
        "ratio_to_reference": Interval(estimate=estimate, low=low, high=high),
        **more,
    }
    return ArmMeasurement.model_validate(fields)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "status"),
    [
        (0.5, 0.4, 0.6, "confirmed"),
        (0.99, 0.98, 1.01, "ruled out"),
        (0.985, 0.975, 0.995, "ruled out"),
        (0.95, 0.85, 1.05, "inconclusive"),
        (1.2, 1.1, 1.3, "ruled out"),
        (0.5, None, None, "inconclusive"),
    ],
)
def test_the_interval_decides(estimate: float, low: float | None, high: float | None, status: str) -> None:
    finding = judge_arm(CAUSE, _arm(estimate, low, high), present=True)
    assert finding.status == status
    assert finding.basis == "measured"


def test_an_effect_without_the_users_setup_stays_open() -> None:
    assert judge_arm(CAUSE, _arm(0.5, 0.4, 0.6), present=None).status == "inconclusive"
    assert judge_arm(CAUSE, _arm(0.5, 0.4, 0.6), present=False).status == "not applicable"


def test_an_unsteady_arm_proves_nothing() -> None:
    assert judge_arm(CAUSE, _arm(0.5, 0.4, 0.6, stability="drifting"), present=True).status == "inconclusive"


def test_a_ledger_line() -> None:
    line = LedgerLine(
        id="concurrency",
        kind="factor",
        title="Requests in flight",
        tokens_per_s=Interval(estimate=300.0, low=250.0, high=350.0),
        factor=Interval(estimate=0.74, low=0.7, high=0.78),
        basis="replica",
    )
    finding = judge_line(CAUSE, line)
    assert (finding.status, finding.basis, finding.factor) == ("confirmed", "replica", "concurrency")
    assert "0.74" in finding.summary


def _step(factor: float) -> LedgerLine:
    return LedgerLine(
        id="setting",
        kind="setting",
        title="This machine",
        tokens_per_s=Interval(estimate=100.0),
        factor=Interval(estimate=factor),
        basis="measured",
    )


def test_a_published_figure_that_identical_prompts_reach_may_be_inflated() -> None:
    """The reference makes 0.75 of the published rate, identical prompts 1.2 to 1.4 of that: 4/3 is in."""
    cause = load_cause("prefix-cache-inflates-reference")
    finding = judge_inflation(cause, _arm(1.3, 1.2, 1.4), _step(0.75))
    assert finding is not None
    assert (finding.status, finding.line) == ("inconclusive", "setting")
    assert [line.speaks for line in finding.evidence] == ["for"]
    beyond = judge_inflation(cause, _arm(1.1, 1.05, 1.15), _step(0.75))
    assert beyond is not None
    assert [line.speaks for line in beyond.evidence] == ["context"]
    # 0.75 within 0.7 to 0.9 is a published figure of 1.11 to 1.43 times the rate: both intervals meet.
    wide = _step(0.75).model_copy(update={"factor": Interval(estimate=0.75, low=0.7, high=0.9)})
    meeting = judge_inflation(cause, _arm(1.1, 1.05, 1.15), wide)
    assert meeting is not None
    assert [line.speaks for line in meeting.evidence] == ["for"]


def test_what_is_not_faster_inflates_nothing() -> None:
    cause = load_cause("prefix-cache-inflates-reference")
    assert judge_inflation(cause, _arm(1.04, 0.98, 1.1), _step(0.75)) is None
    assert judge_inflation(cause, _arm(1.3, 1.2, 1.4), _step(1.05)) is None
    assert judge_inflation(cause, _arm(1.3, None, None), _step(0.75)) is None
