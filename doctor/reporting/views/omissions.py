"""What was not run: one row for each thing, its repeats counted."""

from __future__ import annotations

from dataclasses import dataclass

from doctor.schema.report import Report


@dataclass(frozen=True)
class Omitted:
    """Something that was left out, or so many repeats of it."""

    what: str
    why: str
    repeats: int = 0
    """Of an arm, how many planned runs were not made; 0: it was never planned."""
    of: int = 0
    """How many of its runs were planned."""


def omitted(report: Report) -> tuple[Omitted, ...]:
    """In the order in which they were left out; runs of one arm for one reason are one row."""
    if report.plan is None:
        return ()
    titles = {arm.id: arm.title for arm in report.plan.arms}
    planned = {arm: sum(run.arm == arm for run in report.plan.schedule) for arm in titles}
    counts: dict[tuple[str | None, str, str], int] = {}
    for one in report.plan.omissions:
        key = (one.arm, titles.get(one.arm, one.what) if one.arm else one.what, one.why)
        counts[key] = counts.get(key, 0) + 1
    return tuple(
        Omitted(what, why, count if arm else 0, planned.get(arm, 0) if arm else 0)
        for (arm, what, why), count in counts.items()
    )
