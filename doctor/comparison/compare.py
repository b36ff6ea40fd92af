"""From the reports of several checks to one comparison. The first is what the others are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from doctor.comparison.environments import environment_rows
from doctor.comparison.sides import Held, held, settings_rows
from doctor.comparison.verdict import gate_outcome, sentence, shown
from doctor.errors import InputError
from doctor.schema.comparison import ComparisonReport, Gate, RateComparison
from doctor.schema.plan import Difference
from doctor.schema.rates import Interval
from doctor.schema.report import Provenance, Report
from doctor.schema.run import Run
from doctor.schema.setup import Setup

Runs = Sequence[Run]


class Tools(NamedTuple):
    """What other stages know: ratios of rates between two checks, and differences of two setups."""

    ratio: Callable[[Runs, str, Runs, str], Interval | None]
    relative_ratio: Callable[[Runs, tuple[str, str], Runs, tuple[str, str]], Interval | None]
    differences: Callable[[Setup, Setup], tuple[Difference, ...]]


def compare(
    reports: Sequence[tuple[str, Report]], tools: Tools, provenance: Provenance, limit: float | None = None
) -> ComparisonReport:
    """Hold every report against the first.

    ``reports`` are (name, report). ``limit`` is the slowdown that fails, as a fraction: 0.05.
    Raises InputError where one of them measured nothing.
    """
    sides = [held(name, report, place) for place, (name, report) in enumerate(reports)]
    bases = {one.side.basis for one in sides}
    if len(bases) > 1:
        raise InputError(
            "A check on a replica and one of the published setup measure different things",
            where=", ".join(f"{one.side.label}: {one.side.basis}" for one in sides),
            next_step="Compare checks of one kind.",
        )
    main = _main(sides, tools)
    gate = None
    if limit is not None:
        gate = Gate(fraction=limit, outcomes=tuple(gate_outcome(ratio, limit) for ratio in main.ratios))
    records = tuple(one.side for one in sides)
    return ComparisonReport(
        provenance=provenance,
        sentence=sentence(records, main),
        sides=records,
        main=main,
        relative=_relative(sides, tools),
        arms=tuple(_arms(sides, tools)),
        settings=settings_rows(sides, tools.differences),
        environment=environment_rows([one.report for one in sides]),
        gate=gate,
        exit_code=1 if gate and "failed" in gate.outcomes else 0,
        warnings=_warnings(sides),
    )


def _main(sides: Sequence[Held], tools: Tools) -> RateComparison:
    first, others = sides[0], sides[1:]
    ratios = tuple(
        tools.ratio(first.report.runs, first.side.arm, other.report.runs, other.side.arm) for other in others
    )
    titles = {one.side.arm_title for one in sides}
    return RateComparison(
        title=first.side.arm_title if len(titles) == 1 else "The setups that speak for the checks",
        rates=tuple(one.side.output_tokens_per_s for one in sides),
        ratios=ratios,
        shown=tuple(map(shown, ratios)),
        same_setup=len({one.setup_key(one.side.arm) for one in sides}) == 1,
    )


def _relative(sides: Sequence[Held], tools: Tools) -> RateComparison | None:
    """Over each check's own reference arm, where that is the same setup and not the arm itself."""
    references = [one.reference_arm for one in sides]
    if any(arm is None or arm == one.side.arm for one, arm in zip(sides, references, strict=True)):
        return None
    if len({one.setup_key(one.reference_arm or "") for one in sides}) > 1:
        return None
    first, others = sides[0], sides[1:]
    ratios = tuple(
        tools.relative_ratio(
            first.report.runs,
            (first.side.arm, first.reference_arm or ""),
            other.report.runs,
            (other.side.arm, other.reference_arm or ""),
        )
        for other in others
    )
    return RateComparison(
        title="The same over each check's reference arm",
        counts="ratio to the reference arm",
        rates=tuple(one.over_reference for one in sides),
        ratios=ratios,
        shown=tuple(map(shown, ratios)),
    )


def _arms(sides: Sequence[Held], tools: Tools) -> list[RateComparison]:
    """Every arm, other than those that speak for all, that the first side and another one ran."""
    first, others = sides[0], sides[1:]
    found = []
    for arm, title in first.arms.items():
        having = [other for other in others if arm in other.arms]
        if not having or all(one.side.arm == arm for one in sides):
            continue
        ratios = tuple(
            tools.ratio(first.report.runs, arm, other.report.runs, arm) if other in having else None
            for other in others
        )
        keys = {one.setup_key(arm) for one in (first, *having)}
        found.append(
            RateComparison(
                title=title,
                rates=tuple(one.rate_of(arm) for one in sides),
                ratios=ratios,
                shown=tuple(map(shown, ratios)),
                same_setup=len(keys) == 1,
            )
        )
    return found


def _warnings(sides: Sequence[Held]) -> tuple[str, ...]:
    told = [
        "The intervals hold the noise inside each check. What changed on a machine between two checks is not "
        "in them: repeat the check, or look at the ratios to the reference arm."
    ]
    lengths = {one.lengths for one in sides}
    if len(lengths) > 1:
        told.append("The arms asked for different lengths, so their output rates count different work.")
    if len({one.side.reference for one in sides}) > 1:
        told.append("The checks were made against different published figures.")
    return tuple(told)
