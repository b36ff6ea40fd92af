"""How near a report comes to the truth of its case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from benchmarks.faults.catalogue import FAULTS, Fault
from benchmarks.faults.draw import Case
from doctor.schema.ranking import Ranked
from doctor.schema.report import Report

TIE = 0.05
"""Of the gap: the truth is measured too, and two faults so close have no order."""


@dataclass(frozen=True)
class Score:
    """What a report got right of its case."""

    case: str
    faults: tuple[str, ...]
    true_shares: dict[str, float]
    """Of the whole gap, on the logarithm of the rate."""
    told_shares: dict[str, float]
    main_place: int
    """Of the main fault in the ranking, from 1; 0 where it is not named. 0 without faults."""
    missed: tuple[str, ...]
    blamed: tuple[str, ...]
    """Lines and causes that were shown and not injected."""
    first: str
    """What stands first, as the confusion table counts it."""
    exit_code: int
    verdict: str
    took_s: float

    @property
    def false_alarm(self) -> bool:
        """A gap was told where nothing was injected."""
        return not self.faults and self.exit_code != 0

    @property
    def share_errors(self) -> dict[str, float]:
        """Told share less true share, as parts of the gap."""
        return {one: self.told_shares.get(one, 0.0) - true for one, true in self.true_shares.items()}

    def record(self) -> dict[str, object]:
        """As it is kept on disk."""
        return asdict(self)


def score(case: Case, costs: Mapping[str, float], report: Report, took_s: float) -> Score:
    """Compare; ``costs`` as `truth.costs` gives them."""
    gap = sum(costs.values())
    shares = {one: cost / gap for one, cost in costs.items()} if gap else {}
    shown = [one for one in report.ranking if one.shown]
    named = [_named(one, case) for one in shown]
    told_shares = {
        fault: math.log(one.factor.estimate) / _told_gap(report)
        for one in report.ranking
        if (fault := _fault_of(one, case)) is not None
    }
    return Score(
        case=case.id,
        faults=tuple(one.id for one in case.faults),
        true_shares=shares,
        told_shares=told_shares,
        main_place=_main_place(shares, named),
        missed=tuple(one.id for one in case.faults if one.id not in named),
        blamed=tuple(
            one for name, line in zip(named, shown, strict=True) for one in _blamed(name, line, case)
        ),
        first=named[0] if named else "nothing",
        exit_code=report.verdict.exit_code,
        verdict=report.verdict.sentence,
        took_s=took_s,
    )


def _told_gap(report: Report) -> float:
    """The logarithm of the two figures' ratio, as they were given."""
    counting = report.accounting
    assert counting.observed_value is not None
    return math.log(counting.observed_value / counting.published_value)


def _main_place(shares: Mapping[str, float], named: list[str]) -> int:
    if not shares:
        return 0
    most = max(shares.values())
    mains = {fault for fault, share in shares.items() if share >= most - TIE}
    return next((place for place, name in enumerate(named, 1) if name in mains), 0)


def _named(line: Ranked, case: Case) -> str:
    """The fault that a line names, injected here or not; else the line itself."""
    injected = _fault_of(line, case)
    if injected is not None:
        return injected
    candidates = [one for one in FAULTS if one.line == line.line and _names_cause(line, one)]
    return candidates[0].id if candidates else f"({line.line})"


def _fault_of(line: Ranked, case: Case) -> str | None:
    return next((one.id for one in case.faults if one.line == line.line and _names_cause(line, one)), None)


def _names_cause(line: Ranked, fault: Fault) -> bool:
    """Whether the fault's cause is the first that stands behind the line; a factor's line says enough."""
    return fault.cause is None or [one.cause for one in line.causes][:1] == [fault.cause]


def _blamed(name: str, line: Ranked, case: Case) -> list[str]:
    """The line, where no injected fault is on it; confirmed causes behind it that were not injected."""
    injected = {one.id for one in case.faults}
    if name not in injected:
        return [name]
    own = {one.cause for one in case.faults} | {one.cause for one in line.causes if line.kind == "factor"}
    return [one.cause for one in line.causes if one.status == "confirmed" and one.cause not in own]
