"""Scores of reports whose ranking is written by hand."""

from __future__ import annotations

import math
from typing import Literal

import pytest

from benchmarks.faults.catalogue import fault
from benchmarks.faults.draw import Case
from benchmarks.faults.score import Score, score
from benchmarks.faults.table import tables
from doctor.schema.finding import FindingStatus
from doctor.schema.ledger import LineKind
from doctor.schema.ranking import Ranked, RankedCause
from doctor.schema.rates import Interval
from doctor.schema.report import Report, Verdict
from tests.verdict.builders import accounting


def ranked(
    line: str,
    kind: LineKind,
    factor: float,
    *causes: str,
    shown: bool = True,
    status: FindingStatus = "confirmed",
) -> Ranked:
    return Ranked(
        line=line,
        kind=kind,
        title=line,
        basis="measured",
        factor=Interval(estimate=factor),
        shown=shown,
        causes=tuple(RankedCause(cause=one, title=one, status=status) for one in causes),
    )


def report(*ranking: Ranked, observed: float = 574.7, outcome: Literal["gap", "no gap"] = "gap") -> Report:
    """A report with this ranking; 574.7 of the published 2298.89 is a quarter."""
    said = Verdict(outcome=outcome, sentence="So it is.", exit_code=1 if outcome == "gap" else 0)
    return Report.model_construct(ranking=ranking, verdict=said, accounting=accounting(observed))


def scored(costs: dict[str, float], told: Report) -> Score:
    case = Case("case", tuple(fault(one) for one in costs), {})
    return score(case, costs, told, 10.0)


def test_the_right_line_first_with_the_right_share() -> None:
    told = report(ranked("sampling", "factor", 0.5), ranked("logprobs", "factor", 0.5))
    found = scored({"top-p": math.log(0.5), "logprobs": math.log(0.5)}, told)
    assert (found.main_place, found.missed, found.blamed) == (1, (), ())
    assert found.share_errors == pytest.approx({"top-p": 0.0, "logprobs": 0.0}, abs=1e-3)


def test_another_line_first_is_blame_and_a_second_place() -> None:
    told = report(ranked("penalties", "factor", 0.4), ranked("sampling", "factor", 0.5))
    found = scored({"top-p": math.log(0.25)}, told)
    assert (found.main_place, found.missed, found.blamed) == (2, (), ("penalties",))
    assert found.first == "penalties"


def test_a_line_that_is_not_shown_is_missed() -> None:
    found = scored({"top-p": math.log(0.25)}, report(ranked("sampling", "factor", 0.25, shown=False)))
    assert (found.main_place, found.missed, found.first) == (0, ("top-p",), "nothing")


def test_the_unexplained_line_counts_only_with_its_cause_in_front() -> None:
    costs = {"load-timed": math.log(0.25)}
    right = report(ranked("unexplained", "unexplained", 0.25, "model-load-in-timed-region"))
    assert scored(costs, right).main_place == 1
    bare = report(ranked("unexplained", "unexplained", 0.25))
    assert scored(costs, bare).main_place == 0
    assert scored(costs, bare).blamed == ("(unexplained)",)
    wrong = report(ranked("unexplained", "unexplained", 0.25, "warmup-in-timed-region"))
    assert scored(costs, wrong).blamed == ("warm-up-timed",)


def test_a_sound_set_up_with_exit_code_1_is_a_false_alarm() -> None:
    assert scored({}, report()).false_alarm
    assert not scored({}, report(outcome="no gap")).false_alarm


def test_the_table_counts_what_was_scored() -> None:
    right = scored({"top-p": math.log(0.25)}, report(ranked("sampling", "factor", 0.25)))
    wrong = scored({"logprobs": math.log(0.25)}, report(ranked("penalties", "factor", 0.25)))
    made = tables([right, wrong, scored({}, report())], "Today, here.")
    assert "| one fault | 2 | 1 (50 %) | 1 (50 %) | 1 (50 %) | 1 (50 %) |" in made
    assert "| logprobs | 0 | penalties 1 |" in made
    assert "Sound set-ups: 1; a gap was told in 1 of them." in made
