"""Checks side by side: what is shown, what differs, and a gate that noise cannot trip."""

from __future__ import annotations

import pytest

from doctor.comparison.compare import compare
from doctor.comparison.verdict import gate_outcome, shown
from doctor.errors import InputError
from doctor.schema.comparison import ComparisonReport
from doctor.schema.rates import Interval
from doctor.schema.report import Report
from tests.reporting.samples import cpu_replica, gpu_measured, observed_only
from tests.reporting.samples.comparison import PROVENANCE, TOOLS, comparison, slowed


def against(*reports: Report, limit: float | None = None) -> ComparisonReport:
    named = [(f"check {place}", report) for place, report in enumerate(reports)]
    return compare(named, TOOLS, PROVENANCE, limit)


def test_half_as_long_again_is_two_thirds_of_the_rate() -> None:
    found = against(cpu_replica(), slowed(cpu_replica(), 1.5))
    ratio = found.main.ratios[0]
    assert ratio is not None
    assert ratio.estimate == pytest.approx(2 / 3)
    assert found.main.shown == ("slower",)
    assert "B is slower: 0.667" in found.sentence


def test_what_slows_all_arms_alike_cancels_over_the_reference_arm() -> None:
    found = against(cpu_replica(), slowed(cpu_replica(), 1.5))
    assert found.relative is not None
    ratio = found.relative.ratios[0]
    assert ratio is not None
    assert ratio.estimate == pytest.approx(1.0)
    assert found.relative.shown == ("no difference shown",)


def test_a_check_does_not_differ_from_itself() -> None:
    found = against(cpu_replica(), cpu_replica(), limit=0.0)
    assert found.main.shown == ("no difference shown",)
    assert found.settings == ()
    assert found.environment == ()
    assert found.exit_code == 0


def test_the_first_side_is_what_the_others_are_held_against() -> None:
    one, other = cpu_replica(), slowed(cpu_replica(), 1.2)
    there, back = against(one, other).main.ratios[0], against(other, one).main.ratios[0]
    assert there is not None
    assert back is not None
    assert there.estimate * back.estimate == pytest.approx(1.0)
    assert there.low is not None
    assert back.high is not None
    assert there.low * back.high == pytest.approx(1.0)


def test_differences_of_setups_and_environments_are_listed() -> None:
    found = comparison()
    assert [row.what for row in found.environment] == ["cpus_usable"]
    first = cpu_replica()
    assert first.plan is not None
    arms = tuple(
        arm.model_copy(
            update={
                "setup": arm.setup.model_copy(
                    update={"engine": arm.setup.engine.model_copy(update={"block_size": 32})}
                )
            }
        )
        for arm in first.plan.arms
    )
    other = first.model_copy(update={"plan": first.plan.model_copy(update={"arms": arms})})
    rows = against(first, other).settings
    assert [(row.what, row.values) for row in rows] == [("engine.block_size", (None, 32))]


@pytest.mark.parametrize(
    ("low", "high", "limit", "outcome"),
    [
        (0.90, 0.94, 0.05, "failed"),
        (0.90, 0.96, 0.05, "undecided"),
        (0.951, 0.99, 0.05, "passed"),
        (0.90, 0.999, 0.0, "failed"),
        (None, None, 0.05, "undecided"),
    ],
)
def test_the_gate_fails_only_where_the_whole_interval_lies_beyond(
    low: float | None, high: float | None, limit: float, outcome: str
) -> None:
    assert gate_outcome(Interval(estimate=0.93, low=low, high=high), limit) == outcome


def test_no_interval_shows_nothing() -> None:
    assert shown(Interval(estimate=0.2)) == "inconclusive"
    assert shown(None) is None


def test_one_failing_side_fails_the_comparison() -> None:
    found = comparison()
    assert found.gate is not None
    assert found.gate.outcomes[0] == "failed"
    assert found.gate.outcomes[1] != "failed"
    assert found.exit_code == 1


def test_a_check_that_measured_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="Nothing was measured"):
        against(cpu_replica(), observed_only())


def test_a_replica_is_never_held_against_the_published_setup() -> None:
    with pytest.raises(InputError, match="replica"):
        against(cpu_replica(), gpu_measured())
