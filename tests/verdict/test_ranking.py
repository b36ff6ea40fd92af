from __future__ import annotations

from typing import Literal

import pytest

from doctor.schema.finding import EvidenceLine, Finding, FindingStatus
from doctor.verdict.ranking import ranking
from tests.verdict.builders import accounting, ledger, line

SLOW = line("concurrency", "Requests in flight", 600.0, factor=(0.4, 0.38, 0.42))
MILD = line("sampling", "Token sampling", 100.0, factor=(0.9, 0.87, 0.93))
UNSURE = line("kv_memory", "KV cache memory", 300.0, factor=(0.7, 0.4, 1.2))
TRIFLE = line("logprobs", "Log probabilities", 10.0, factor=(0.98, 0.975, 0.985))
FASTER = line("prefix_sharing", "Prefix sharing", -50.0, factor=(1.1, 1.05, 1.15))


def finding(
    cause: str,
    status: FindingStatus = "confirmed",
    *,
    factor: str = "",
    line: Literal["", "setting", "unexplained"] = "",
) -> Finding:
    return Finding(
        cause=cause,
        title=cause,
        family="host",
        status=status,
        summary="it was read",
        evidence=(EvidenceLine(text="a line", speaks="for", source="a file"),),
        factor=factor or None,
        line=line,
    )


def test_the_largest_comes_first_and_what_was_not_shown_last() -> None:
    ranked = ranking(accounting(), [ledger(TRIFLE, MILD, UNSURE, FASTER, SLOW)], ())
    assert [one.line for one in ranked] == ["concurrency", "sampling", "kv_memory", "logprobs"]
    assert [one.shown for one in ranked] == [True, True, False, False]


def test_counting_ranks_by_what_vanishes() -> None:
    """2298.89 total are 1149.4 output: a factor of 0.5, between 0.4 and 0.9."""
    ranked = ranking(accounting(1000, "output"), [ledger(SLOW, MILD)], ())
    assert [one.line for one in ranked] == ["concurrency", "accounting", "sampling"]
    assert ranked[1].factor.estimate == pytest.approx(0.5, abs=1e-3)
    assert ranked[1].tokens_per_s is not None
    assert ranked[1].tokens_per_s.estimate == pytest.approx(1149.4, abs=0.1)
    assert [one.cause for one in ranked[1].causes] == ["token-accounting-total-vs-output"]
    assert not any(one.line == "accounting" for one in ranking(accounting(1000, "total"), [], ()))


def test_what_vanishes_by_counting_goes_by_the_figures() -> None:
    """64 tokens in and 32 out: 3000 total tok/s are 1000 of output, a third."""
    thirds = accounting(900, "output").model_copy(
        update={"published_value": 3000.0, "accounting_tokens_per_s": 2000.0}
    )
    (only,) = ranking(thirds, [], ())
    assert only.factor.estimate == pytest.approx(1 / 3)


def test_what_was_measured_on_the_published_setup_goes_before_a_replica() -> None:
    replica = ledger(MILD, replica=True)
    assert [one.line for one in ranking(accounting(), [replica, ledger(SLOW)], ())] == ["concurrency"]
    (only,) = ranking(accounting(), [replica], ())
    assert only.tokens_per_s is None  # a replica's rates stand for nothing
    refused = ledger(SLOW).model_copy(update={"refused": "unsteady"})
    assert [one.line for one in ranking(accounting(), [refused, replica], ())] == ["sampling"]


def test_confirmed_causes_stand_behind_their_factor() -> None:
    known = [
        finding("insufficient-concurrency", factor="concurrency"),
        finding("request-rate-bound", "ruled out", factor="concurrency"),
        finding("top-p", factor="sampling"),
    ]
    first, second = ranking(accounting(), [ledger(SLOW, MILD)], known)
    assert [one.cause for one in first.causes] == ["insufficient-concurrency"]
    assert [one.cause for one in second.causes] == ["top-p"]


def test_the_machine_stands_behind_the_step_from_the_published_figure_and_files_behind_the_rest() -> None:
    setting = line("setting", "This machine", 200.0, factor=(0.8, 0.75, 0.85), kind="setting")
    rest = line("unexplained", "Unexplained", 300.0, factor=(0.6, 0.55, 0.65), kind="unexplained")
    known = [
        finding("host-contention", line="setting"),
        finding("power-cap", "ruled out", line="setting"),
        finding("version-regression", "inconclusive", line="unexplained"),
        finding("warmup-in-timed-region", line="unexplained"),
        finding("top-p", factor="sampling"),
    ]
    first, second = ranking(accounting(), [ledger(setting, rest)], known)
    # What is confirmed stands before what may be.
    assert first.line == "unexplained"
    assert [one.cause for one in first.causes] == ["warmup-in-timed-region", "version-regression"]
    assert (second.line, [one.cause for one in second.causes]) == ("setting", ["host-contention"])


def test_where_nothing_could_be_split_what_files_confirm_stands_behind_the_gap() -> None:
    refused = ledger().model_copy(update={"refused": "the reference is drifting"})
    known = [
        finding("model-load-in-timed-region", line="unexplained"),
        finding("version-regression", "inconclusive", line="unexplained"),
        finding("host-contention", line="setting"),
    ]
    only, counting = ranking(accounting(500, "output"), [refused], known)
    assert counting.line == "accounting"
    assert (only.line, only.shown, only.basis) == ("unexplained", True, "computed")
    # 500 of the published 1149.4 output tok/s.
    assert only.factor.estimate == pytest.approx(500 / 1149.4, rel=1e-4)
    assert [one.cause for one in only.causes] == ["model-load-in-timed-region"]
    # A tenth may be chance, and without a cause there is nothing to say.
    assert [one.line for one in ranking(accounting(1040, "output"), [refused], known)] == ["accounting"]
    assert [one.line for one in ranking(accounting(500, "output"), [refused], known[1:])] == ["accounting"]
