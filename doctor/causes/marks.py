"""Causes that a setting, a message or a statement gives away: one rule for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from doctor.causes.contract import Case, Judgement, Strength
from doctor.causes.lookup import (
    about,
    fact_of,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import EvidenceLine
from doctor.schema.setup import Scalar

Test = Callable[[Scalar], bool]

STATED = 0.6
"""How much a statement in somebody's own words counts beside something a program printed."""


@dataclass(frozen=True)
class Marks:
    """What gives a cause away, and what clears it.

    ``settings`` and ``environment``: a name and when its value speaks for the cause (a known
    value that does not clears it). ``messages``: log signals. ``statements``: prose signals.
    ``cleared_by``: signals that exclude it.
    """

    settings: Mapping[str, Test] = field(default_factory=dict)
    environment: Mapping[str, Test] = field(default_factory=dict)
    script: Mapping[str, Test] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    cleared_by: tuple[str, ...] = ()
    message_strength: Strength = "configuration"
    statement_strength: Strength = "configuration"


def judge_marks(
    case: Case,
    marks: Marks,
    *,
    because: str,
    missing: str,
    decides: str,
    factor: tuple[float, float, float] | None = None,
    plausibility: float = 1.0,
) -> Judgement:
    """The judgement that the marks allow. ``because`` says in a sentence what it does;
    ``missing`` is what to send where nothing is known; ``decides`` is what would settle it."""
    lines, stated = _found(case, marks)
    cleared = signal(case.evidence, *marks.cleared_by) if marks.cleared_by else None
    against = _cleared(case, marks)
    if lines and cleared is None and not (stated and against is not None):
        strength = _strength(case, marks, lines, stated)
        words = "; ".join(line.text for line in lines[:2])
        return Judgement(
            "inconclusive" if stated or strength == "warning" else "confirmed",
            f"{words}: {because}",
            tuple(lines),
            strength=strength,
            factor=about(*factor) if factor else None,
            would_decide=decides,
            plausibility=plausibility * (STATED if stated else 1.0),
        )
    if cleared is not None:
        return ruled_out(f"Read: {cleared.text}.", speaks_against(cleared.text, cleared.origin))
    if against is not None:
        return ruled_out(f"Not so here: {against.text}.", against)
    return unknown(missing)


def _found(case: Case, marks: Marks) -> tuple[list[EvidenceLine], bool]:
    """Lines that speak for it, and whether all of them are statements."""
    evidence = case.evidence
    lines, stated = [], True
    for path, test in marks.settings.items():
        fact = setting(evidence, path)
        if fact is not None and test(fact.value) and reference_value(case, path) != fact.value:
            lines.append(speaks_for(f"{path.split('.')[-1]} = {fact.value}", fact.origin))
            stated = stated and fact.weight == "statement"
    for names, facts in ((marks.environment, evidence.environment), (marks.script, evidence.script)):
        for path, test in names.items():
            fact = fact_of(facts, path)
            if fact is not None and test(fact.value):
                lines.append(speaks_for(f"{path} = {fact.value}", fact.origin))
                stated = stated and fact.weight == "statement"
    for name in marks.messages:
        if (message := signal(evidence, name)) is not None:
            times = f" ({message.count} times)" if message.count > 1 else ""
            lines.append(speaks_for(f"“{message.text}”{times}", message.origin))
            stated = False
    said = [found for name in marks.statements if (found := signal(evidence, name)) is not None]
    lines.extend(speaks_for(f"it is said: “{found.text}”", found.origin) for found in said)
    return lines, stated


def _strength(case: Case, marks: Marks, lines: list[EvidenceLine], stated: bool) -> Strength:
    facts = any(
        (f := setting(case.evidence, path)) and test(f.value) for path, test in marks.settings.items()
    )
    around = any(
        (f := fact_of(case.evidence.environment, path)) and test(f.value)
        for path, test in marks.environment.items()
    )
    if facts or around or (not stated and marks.script and not signal(case.evidence, *marks.messages)):
        return "configuration"
    return marks.statement_strength if stated else marks.message_strength


def _cleared(case: Case, marks: Marks) -> EvidenceLine | None:
    for path, test in marks.settings.items():
        fact = setting(case.evidence, path)
        if fact is not None and fact.weight != "statement" and not test(fact.value):
            return speaks_against(f"{path.split('.')[-1]} = {fact.value}", fact.origin)
    for path, test in marks.environment.items():
        fact = fact_of(case.evidence.environment, path)
        if fact is not None and not test(fact.value):
            return speaks_against(f"{path} = {fact.value}", fact.origin)
    return None


def is_on(value: Scalar) -> bool:
    """Switched on: true, or a name or number that is not nothing."""
    return value not in (None, False, 0, 0.0, "", "None", "none", "False")


def is_off(value: Scalar) -> bool:
    """Switched off on purpose."""
    return value is False


def above(limit: float) -> Test:
    """Numbers greater than ``limit``."""
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value > limit


def below(limit: float) -> Test:
    """Numbers smaller than ``limit``."""
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value < limit


def one_of(*names: str) -> Test:
    """Texts among ``names``, whatever their case."""
    return lambda value: isinstance(value, str) and value.lower() in names


def holds(*parts: str) -> Test:
    """Texts that hold one of the parts."""
    return lambda value: isinstance(value, str) and any(part in value.lower() for part in parts)
