"""Which arms to run next, and when to stop: time goes where an interval decides the verdict."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from doctor.schema.question import Question


@dataclass(frozen=True)
class Candidate:
    """An arm that may be run again: its valid runs so far, and what one more would take, in s.

    ``start_s`` is paid once for all arms of a round that share the ``engine``.
    """

    arm: str
    runs: int
    run_s: float
    engine: str
    start_s: float
    most: int
    """Further runs that it may have."""


@dataclass(frozen=True)
class Choice:
    """The arms of the next round, none to stop; why; and the questions that would stay open."""

    arms: tuple[str, ...]
    why: str
    open_questions: tuple[str, ...] = ()


def cost_s(arms: Collection[Candidate]) -> float:
    """Seconds for one run of each, starting every engine once."""
    starts = {one.engine: one.start_s for one in arms}
    return math.fsum(one.run_s for one in arms) + math.fsum(starts.values())


def choose(
    questions: Sequence[Question], candidates: Sequence[Candidate], dof: float, left_s: float
) -> Choice:
    """The arms whose next run settles the open questions of the lowest rank, at least cost.

    ``dof``: degrees of freedom behind the noise as it is known now; every further run adds
    one. A question that all the time left could not settle gets none of it.
    """
    known = {one.arm: one for one in candidates}
    unsettled = [one for one in questions if not one.settled]
    if not unsettled:
        return Choice((), "more runs would not change the verdict")
    within = {one.name: _within_reach(one, known, dof, left_s) for one in unsettled}
    hopeless = tuple(one.name for one in unsettled if not within[one.name])
    reachable = [one for one in unsettled if within[one.name]]
    if not reachable:
        return Choice((), "what is open would stay open with all the time that is left", hopeless)
    first = min(one.rank for one in reachable)
    asked = [one for one in reachable if one.rank == first]
    return Choice(_arms_for(asked, known, dof, left_s), _why(asked), hopeless)


def _why(asked: Sequence[Question]) -> str:
    names = [one.name for one in asked]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"to settle {', '.join(names[:2])}{more}"


def _arms_for(
    asked: Sequence[Question], known: Mapping[str, Candidate], dof: float, left_s: float
) -> tuple[str, ...]:
    """Arms for one round, each once, until the questions are expected to be settled."""
    chosen: list[Candidate] = []
    while True:
        added = {one.arm: 1 for one in chosen}
        now = [one for one in asked if not one.would_settle(_expected(one, known, added, dof))]
        worth = {
            one.arm: _gain(one, now, known, added) / (cost_s([*chosen, one]) - cost_s(chosen))
            for one in known.values()
            if one.arm not in added and one.most > 0 and cost_s([*chosen, one]) <= left_s
        }
        if not any(gain > 0 for gain in worth.values()):
            return tuple(one.arm for one in chosen)
        chosen.append(known[max(worth, key=lambda arm: worth[arm])])


def _gain(
    one: Candidate, asked: Sequence[Question], known: Mapping[str, Candidate], added: Mapping[str, int]
) -> float:
    """By how much one more run lowers the questions' variances, as fractions of them, summed."""
    return math.fsum(
        1 - _variance(question, known, {**added, one.arm: added.get(one.arm, 0) + 1}) / before
        for question in asked
        if (before := _variance(question, known, added)) > 0
    )


def _variance(question: Question, known: Mapping[str, Candidate], added: Mapping[str, int]) -> float:
    """Per unit of run variance."""
    return math.fsum(
        weight**2 / max(1, known[arm].runs + added.get(arm, 0))
        for arm, weight in question.weights.items()
        if arm in known
    )


def _expected(
    question: Question, known: Mapping[str, Candidate], added: Mapping[str, int], dof: float
) -> float:
    """The half-width to expect after further runs, the noise being what it is now.

    Infinite where nothing tells the noise yet.
    """
    if question.half_width is None or dof <= 0:
        return math.inf
    before = _variance(question, known, {})
    if before <= 0:
        return question.half_width
    more = dof + sum(added.values())
    quantiles = float(stdtrit(more, 0.975) / stdtrit(dof, 0.975))
    return question.half_width * quantiles * math.sqrt(_variance(question, known, added) / before)


def _within_reach(question: Question, known: Mapping[str, Candidate], dof: float, left_s: float) -> bool:
    """Whether spending all that is left on this question would settle it, at its present estimate."""
    added: dict[str, int] = {}
    while True:
        affordable = [
            one
            for one in known.values()
            if one.run_s + one.start_s <= left_s
            and added.get(one.arm, 0) < one.most
            and _gain(one, [question], known, added) > 0
        ]
        if not affordable:
            return False
        best = max(
            affordable, key=lambda one: _gain(one, [question], known, added) / (one.run_s + one.start_s)
        )
        added[best.arm] = added.get(best.arm, 0) + 1
        left_s -= best.run_s + best.start_s
        if question.would_settle(_expected(question, known, added, dof)):
            return True
