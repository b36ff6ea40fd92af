"""Which arm to run next, and when to stop: time goes where an interval decides the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from doctor.statistics.noise import NoiseFloor


@dataclass(frozen=True)
class Question:
    """A linear function of the arms' log rates that the verdict hangs on.

    The gap has weight 1 on the reference arm and -1 on the user's; a share has its Shapley
    weights. ``estimate`` is its value so far (log; 0.05 is about 5 %). It is settled once its
    95 % interval lies wholly beyond ``threshold`` in size, or wholly within it, or is no
    wider than plus or minus ``precision``.
    """

    name: str
    weights: Mapping[str, float]
    estimate: float
    threshold: float = 0.0
    precision: float = 0.0


@dataclass(frozen=True)
class Candidate:
    """An arm that can be run: valid runs so far, and the seconds one more would take.

    The seconds hold the engine start where the arm would need a new one.
    """

    arm: str
    runs: int
    seconds: float


@dataclass(frozen=True)
class Choice:
    """The next arm, or None to stop; why; and the questions that stay open."""

    arm: str | None
    why: str
    open_questions: tuple[str, ...] = ()


def half_width(question: Question, runs: Mapping[str, int], noise: NoiseFloor) -> float:
    """Expected 95 % half-width of a question (log); infinite while an arm it needs has no run.

    The noise's degrees of freedom are those it was estimated with: further runs sharpen the
    estimate only a little, and counting on that would promise too much.
    """
    needed = {arm: weight for arm, weight in question.weights.items() if weight != 0.0}
    if any(runs.get(arm, 0) == 0 for arm in needed):
        return math.inf
    variance = math.fsum(weight**2 / runs[arm] for arm, weight in needed.items())
    return float(stdtrit(noise.dof, 0.975)) * noise.run_to_run_sd * math.sqrt(variance)


def settled(question: Question, half: float) -> bool:
    """Whether an interval of this half-width answers the question."""
    size = abs(question.estimate)
    return half <= question.precision or size - half > question.threshold or size + half < question.threshold


def next_arm(
    questions: Sequence[Question], candidates: Sequence[Candidate], noise: NoiseFloor | None, budget_s: float
) -> Choice:
    """The arm to run next, or the reason to stop.

    ``questions`` stand in order of importance: the gap first, so that its verdict is known
    early. The first open one that the budget can settle gets the run that shrinks its
    interval most per second. One that the whole budget could not settle gets none.
    """
    known = {c.arm: c for c in candidates}
    affordable = {arm: c for arm, c in known.items() if c.seconds <= budget_s}
    runs = {arm: c.runs for arm, c in known.items()}
    hopeless: list[str] = []
    for question in questions:
        missing = [c for arm, c in known.items() if c.runs == 0 and question.weights.get(arm, 0.0) != 0.0]
        if missing:
            if math.fsum(c.seconds for c in missing) > budget_s:
                hopeless.append(question.name)
                continue
            first = min(missing, key=lambda c: (-abs(question.weights[c.arm]), c.seconds))
            return Choice(first.arm, f"{question.name} needs its first run", tuple(hopeless))
        if noise is None:
            repeat = _largest_weight(question, affordable)
            if repeat is None:
                hopeless.append(question.name)
                continue
            return Choice(repeat, "nothing was repeated yet: the noise is not known", tuple(hopeless))
        if settled(question, half_width(question, runs, noise)):
            continue
        best = _best(question, affordable, runs)
        if best is None or not _within_reach(question, known, noise, budget_s):
            hopeless.append(question.name)
            continue
        return Choice(best, f"it narrows the interval of {question.name} most per second", tuple(hopeless))
    if hopeless:
        return Choice(None, "what is open would stay open with all the time that is left", tuple(hopeless))
    return Choice(None, "more runs would not change the verdict")


def _largest_weight(question: Question, candidates: Mapping[str, Candidate]) -> str | None:
    useful = [arm for arm in candidates if question.weights.get(arm, 0.0) != 0.0]
    return max(useful, key=lambda arm: abs(question.weights[arm]) / candidates[arm].seconds, default=None)


def _best(question: Question, candidates: Mapping[str, Candidate], runs: Mapping[str, int]) -> str | None:
    """The affordable arm whose next run takes most variance off the question per second."""

    def gain(arm: str) -> float:
        return question.weights[arm] ** 2 / (runs[arm] * (runs[arm] + 1)) / candidates[arm].seconds

    useful = [arm for arm in candidates if question.weights.get(arm, 0.0) != 0.0]
    return max(useful, key=gain, default=None)


def _within_reach(
    question: Question, candidates: Mapping[str, Candidate], noise: NoiseFloor, budget_s: float
) -> bool:
    """Whether spending all that is left on this question would settle it, at its present estimate."""
    runs = {arm: c.runs for arm, c in candidates.items()}
    while True:
        arm = _best(question, {a: c for a, c in candidates.items() if c.seconds <= budget_s}, runs)
        if arm is None:
            return False
        runs[arm] += 1
        budget_s -= candidates[arm].seconds
        if settled(question, half_width(question, runs, noise)):
            return True
