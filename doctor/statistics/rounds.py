"""What the next round of runs is for: the ends first, then the cells between, then what stays open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from doctor.schema.plan import Arm, Decision, Plan
from doctor.schema.question import FROM_PUBLISHED, GAP, RANK_OF_STEPS, Question
from doctor.schema.run import Run
from doctor.statistics.ablations import RANK as RANK_OF_ABLATIONS
from doctor.statistics.allocation import Candidate, choose, cost_s
from doctor.statistics.repeats import stability_of_arms

_TRIFLE = 0.03
_TELLING_DOF = 4.0
"""From so many degrees of freedom on the noise is believed: the 95 % quantile of t(4) is 2.8, of t(2) 4.3."""
RUN_OVER_WALL = 1.25
"""A run's place in the schedule over its timed region: the warm-up before it comes on top."""
START_OVER_ENGINE = 1.5
"""An engine start over what the engine takes by itself: stopping the one before comes on top."""
UNSTABLE = ("unsteady", "drifting", "warming")


class Course(NamedTuple):
    """How far a plan has come."""

    plan: Plan
    runs: Sequence[Run]
    questions: Sequence[Question]
    """Those on the gap and its shares; then those on the ablations."""
    dof: float
    """Degrees of freedom behind the noise so far; 0: nothing was repeated."""
    engines: Mapping[str, str]
    """Arm → the engine that serves it."""
    left_s: float


def next_round(course: Course) -> Decision:
    """The arms of the next round and why, or no arms and why not.

    Both ends first, so that the gap is known early; a repeat of them, which tells the noise of
    this machine; the cells between only where there is a gap to split; then whatever narrows
    an open interval most per second. Ablations come after that; without a user's setup, first.
    """
    ends = [arm.id for arm in course.plan.arms if arm.role in ("reference", "user")]
    if unrun := _unrun(course, ends):
        if len(ends) > 1:
            return Decision(arms=unrun, why="the reference setup and yours")
        first = tuple(arm.id for arm in course.plan.arms if not arm.conditional)
        return Decision(arms=first, why="the reference setup and its ablations")
    if repeated := _for_the_noise(course, ends):
        return repeated
    found = _for_the_gap(course) or _for_the_published_figure(course) or _for_the_ablations(course)
    return _once_more(course, ends) or found if not found.arms and found.open_questions else found


def _for_the_noise(course: Course, ends: Sequence[str]) -> Decision | None:
    """A second run of the ends."""
    if course.dof > 0:
        return None
    again = _may_run(course, ends)
    if not again or _cost_s(course, again) > course.left_s:
        return None
    return Decision(arms=again, why="repeated, which tells the noise of this machine")


def _once_more(course: Course, ends: Sequence[str]) -> Decision | None:
    """A further run of the ends before anything is given up: a noise known from so little may be chance."""
    again = _may_run(course, ends)
    if course.dof >= _TELLING_DOF or not again or _cost_s(course, again) > course.left_s:
        return None
    return Decision(arms=again, why="repeated, since two runs that differ tell little of the noise")


def _for_the_gap(course: Course) -> Decision | None:
    """Whether there is a gap; its cells, only where one was shown; then its lines."""
    about = [one for one in course.questions if one.rank < RANK_OF_ABLATIONS]
    gap = next((one for one in about if one.name == GAP), None)
    if gap is None:
        return _narrowed(course, about)
    if not gap.settled:
        return _narrowed(course, [gap])
    if gap.threshold is not None and abs(gap.estimate) < gap.threshold:
        return _narrowed(course, [one for one in about if one.rank == RANK_OF_STEPS])
    cells = _unrun(course, [arm.id for arm in course.plan.arms if arm.role == "cell"])
    if cells:
        wanted = _anchored(course, cells)
        if _cost_s(course, wanted) > course.left_s:
            return Decision(arms=(), why="the cells between both ends would take longer than the time left")
        return Decision(arms=wanted, why="the cells between both ends, which split the gap")
    unsteady = _may_run(course, _unsteady(course))
    if unsteady and _cost_s(course, unsteady) <= course.left_s:
        return Decision(arms=_anchored(course, unsteady), why="their repeats do not agree yet")
    return _narrowed(course, about)


def _for_the_published_figure(course: Course) -> Decision | None:
    """Where the published figure lies beyond the reference arm: the ways in which it may be reached."""
    step = next((one for one in course.questions if one.name == FROM_PUBLISHED), None)
    if step is None or step.half_width is None or step.estimate - step.half_width <= _TRIFLE:
        return None
    arms = _unrun(course, [arm.id for arm in course.plan.arms if arm.conditional])
    if not arms or _cost_s(course, arms) > course.left_s:
        return None
    return Decision(
        arms=_anchored(course, arms), why="the published figure is beyond what the reference reaches"
    )


def _narrowed(course: Course, about: Sequence[Question]) -> Decision | None:
    choice = choose(about, _candidates(course), course.dof, course.left_s)
    if not choice.arms:
        return None
    arms = _anchored(course, choice.arms)
    return Decision(arms=arms, why=choice.why, open_questions=choice.open_questions)


def _for_the_ablations(course: Course) -> Decision:
    if first := _first_ablations(course):
        return first
    choice = choose(course.questions, _candidates(course), course.dof, course.left_s)
    arms = _anchored(course, choice.arms) if choice.arms else ()
    return Decision(arms=arms, why=choice.why, open_questions=choice.open_questions)


def _first_ablations(course: Course) -> Decision | None:
    """The ablations that did not run yet, as many as the time left allows, the first ones first."""
    asked = [arm.id for arm in course.plan.arms if arm.role == "ablation" and not arm.conditional]
    unrun = _unrun(course, asked)
    while unrun and _cost_s(course, unrun) > course.left_s:
        unrun = unrun[:-1]
    return Decision(arms=_anchored(course, unrun), why="the ablations of the reference") if unrun else None


def _anchored(course: Course, arms: Sequence[str]) -> tuple[str, ...]:
    """With the reference in it, a round's drift can be taken out; where that costs no dear engine start.

    It stays out once it has had all its runs.
    """
    reference = next(arm.id for arm in course.plan.arms if arm.role == "reference")
    started = {course.engines[arm] for arm in arms}
    free = course.engines[reference] in started or not course.plan.starts_are_dear
    left = sum(run.arm == reference for run in course.runs) < course.plan.most_repeats
    return tuple(dict.fromkeys((reference, *arms) if free and left else arms))


def _unrun(course: Course, arms: Collection[str]) -> tuple[str, ...]:
    tried = {run.arm for run in course.runs}
    return tuple(arm for arm in arms if arm not in tried)


def _may_run(course: Course, arms: Collection[str]) -> tuple[str, ...]:
    more = {one.arm for one in _candidates(course) if one.most > 0}
    return tuple(arm for arm in arms if arm in more)


def _unsteady(course: Course) -> list[str]:
    split = {arm.id for arm in course.plan.arms if arm.role != "ablation"}
    states = stability_of_arms([run for run in course.runs if run.arm in split])
    return [arm for arm, (state, _) in states.items() if state in UNSTABLE]


def _candidates(course: Course) -> list[Candidate]:
    """The arms that ran validly, and what one more run of each would take."""
    return [_candidate(course, arm) for arm in course.plan.arms if _valid(course, arm)]


def _candidate(course: Course, arm: Arm) -> Candidate:
    own = _valid(course, arm)
    return Candidate(
        arm=arm.id,
        runs=len(own),
        run_s=RUN_OVER_WALL * max(run.wall_s or 0.0 for run in own),
        engine=course.engines[arm.id],
        start_s=START_OVER_ENGINE * max(_start_s(run) for run in own),
        most=max(0, course.plan.most_repeats - sum(run.arm == arm.id for run in course.runs)),
    )


def _valid(course: Course, arm: Arm) -> list[Run]:
    return [run for run in course.runs if run.arm == arm.id and run.status == "ok"]


def _start_s(run: Run) -> float:
    return run.engine.start_s or 0.0 if run.engine else 0.0


def _cost_s(course: Course, arms: Collection[str]) -> float:
    """What a round of these arms would take; one that never ran is taken to be like the dearest that did."""
    known = _candidates(course)
    if not known:
        return 0.0
    by_arm = {one.arm: one for one in known}
    dearest = max(known, key=lambda one: one.run_s)
    guesses = [
        by_arm.get(arm)
        or Candidate(arm, 0, dearest.run_s, course.engines[arm], max(one.start_s for one in known), 1)
        for arm in arms
    ]
    return cost_s(guesses)
