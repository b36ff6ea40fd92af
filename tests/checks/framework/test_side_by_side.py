from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from doctor.checks.framework.catalogue import choose_checks
from doctor.checks.framework.contract import Check, Judgement, ok
from doctor.checks.framework.side_by_side import run_checks
from doctor.errors import UsageError
from doctor.schema.environment import Environment
from tests.checks.judging import environment_of


def check(name: str, judge: Callable[[Environment], Judgement]) -> Check:
    return Check(name, name.title(), "GPU", judge)


def crash(_environment: Environment) -> Judgement:
    raise ZeroDivisionError("a bad day")


def fine(_environment: Environment) -> Judgement:
    return ok("fine")


def test_a_check_that_crashes_is_a_result_and_the_others_go_on() -> None:
    results = run_checks([check("bad", crash), check("good", fine)], environment_of())
    assert [result.state for result in results] == ["crashed", "ok"]
    assert results[0].summary == "this check crashed: ZeroDivisionError: a bad day"


def test_a_check_that_hangs_is_a_result_and_the_others_go_on() -> None:
    released = threading.Event()

    def hang(_environment: Environment) -> Judgement:
        released.wait()
        return ok("too late")

    results = run_checks([check("stuck", hang), check("good", fine)], environment_of(), patience_s=0.05)
    released.set()
    assert [result.state for result in results] == ["crashed", "ok"]
    assert "timed out" in results[0].summary


def test_checks_run_side_by_side() -> None:
    meeting = threading.Barrier(3, timeout=60)

    def meet(_environment: Environment) -> Judgement:
        meeting.wait()  # one after the other, none would pass
        return ok("met")

    results = run_checks([check(name, meet) for name in "abc"], environment_of(), patience_s=60)
    assert [result.state for result in results] == ["ok", "ok", "ok"]


def test_choosing() -> None:
    assert [check.name for check in choose_checks(["power_limit"])] == ["power-limit"]
    assert len(choose_checks([])) > 30
    with pytest.raises(UsageError, match="'power-limit'"):
        choose_checks(["powerlimit"])
