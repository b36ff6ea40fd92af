"""The waterfall shows the ledger's numbers and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.reporting.views.bars import Waterfall
from doctor.reporting.views.waterfall import waterfall
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.rates import Interval
from doctor.schema.report import Report
from tests.reporting.samples import ALL
from tests.reporting.samples.published import PUBLISHED, RATES, accounting_stated


def numbers_of(value: object) -> set[float]:
    """Every number anywhere in a dumped record."""
    if isinstance(value, bool):
        return set()
    if isinstance(value, (int, float)):
        return {float(value)}
    if isinstance(value, dict):
        return set().union(*map(numbers_of, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return set().union(*map(numbers_of, value))
    return set()


def falls(report: Report) -> list[Waterfall]:
    return [waterfall(ledger, report.accounting) for ledger in report.ledgers]


@pytest.mark.parametrize("name", ALL)
def test_every_value_comes_from_the_report(name: str) -> None:
    report = ALL[name]()
    known = numbers_of(report.model_copy(update={"runs": ()}).model_dump())
    for view in falls(report):
        for bar in view.bars:
            assert any(abs(bar.value - value) < 1e-6 for value in known), bar.title


@pytest.mark.parametrize("name", ALL)
def test_steps_lead_from_each_level_to_the_next(name: str) -> None:
    for view in falls(ALL[name]()):
        level = view.bars[0].value
        for bar in view.bars[1:]:
            if bar.kind == "level":
                assert bar.value == pytest.approx(level)
            else:
                level -= bar.value
        assert level == pytest.approx(view.ledger.end_tokens_per_s)


@pytest.mark.parametrize("name", ALL)
def test_steps_of_the_ledger_sum_to_the_gap(name: str) -> None:
    for view in falls(ALL[name]()):
        steps = sum(bar.value for bar in view.bars if bar.kind not in ("level", "accounting"))
        assert steps == pytest.approx(view.ledger.start_tokens_per_s - view.ledger.end_tokens_per_s)


def test_counting_comes_first_where_the_printed_figure_counts_prompt_tokens() -> None:
    view = falls(ALL["gpu-measured"]())[0]
    assert [bar.kind for bar in view.bars[:3]] == ["level", "accounting", "level"]
    assert view.bars[0].value == PUBLISHED
    assert view.bars[0].counts == "total"
    assert view.bars[2].value == pytest.approx(1149.445)


def test_a_replica_never_starts_at_the_published_figure() -> None:
    replica = falls(ALL["cpu-replica"]())[1]
    assert all(bar.value != PUBLISHED and bar.kind != "accounting" for bar in replica.bars)


def accounting_line(value: float) -> LedgerLine:
    return LedgerLine(
        id="accounting",
        kind="accounting",
        title="Counting",
        tokens_per_s=Interval(estimate=value),
        basis="computed",
    )


def ledger(start: float, *lines: LedgerLine, end: float = 1000.0) -> Ledger:
    return Ledger(
        title="t", basis="computed", counts="output", start_title="Published", start_tokens_per_s=start,
        end_title="Yours", end_tokens_per_s=end, lines=lines,
    )  # fmt: skip


def rest(value: float) -> LedgerLine:
    return LedgerLine(
        id="rest", kind="unexplained", title="Rest", tokens_per_s=Interval(estimate=value), basis="computed"
    )


@pytest.mark.parametrize("start", [PUBLISHED, RATES.output_tokens_per_s])
def test_an_accounting_line_in_the_ledger_is_drawn_once(start: float) -> None:
    """Whether the ledger starts at the printed figure or after the counting, the rows are the same."""
    view = waterfall(ledger(start, accounting_line(PUBLISHED / 2), rest(149.445)), accounting_stated())
    assert [bar.kind for bar in view.bars] == ["level", "accounting", "level", "unexplained", "level"]
    assert [round(bar.value, 3) for bar in view.bars] == [2298.89, 1149.445, 1149.445, 149.445, 1000.0]


def test_a_refused_ledger_shows_levels_only() -> None:
    refused = ledger(1149.445, rest(149.445)).model_copy(update={"refused": "the user's arm is unstable"})
    assert {bar.kind for bar in waterfall(refused).bars} == {"level"}


def test_small_steps_are_enlarged_and_say_so() -> None:
    view = waterfall(ledger(1149.445, rest(149.445)), accounting_stated())
    assert view.lens is not None
    assert view.lens.low < 1000 < 1149.445 < view.lens.high
    assert next(bar for bar in view.bars if bar.kind == "unexplained").width > 50


def test_large_steps_are_not_enlarged() -> None:
    assert waterfall(ledger(1000.0, rest(900.0), end=100.0)).lens is None


@given(
    start=st.floats(1.0, 1e5),
    changes=st.lists(st.floats(-0.2, 0.5), min_size=1, max_size=6),
)
def test_bars_stay_inside_the_axis(start: float, changes: list[float]) -> None:
    lines = tuple(
        LedgerLine(
            id=str(i), kind="factor", title="f", basis="measured",
            tokens_per_s=Interval(estimate=c * start, low=(c - 0.05) * start, high=(c + 0.05) * start),
        )
        for i, c in enumerate(changes)
    )  # fmt: skip
    view = waterfall(ledger(start, *lines, end=start - sum(changes) * start))
    for bar in view.bars:
        assert 0 <= bar.left <= 100
        assert -0.01 <= bar.left + bar.width <= 100.01
        assert bar.whisker is None or all(0 <= end <= 100 for end in bar.whisker)
