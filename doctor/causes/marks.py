"""Causes that a setting, a message or a statement gives away: one rule for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from doctor.causes.by_words import COMPARED, tried_without_effect
from doctor.causes.contract import Case, Judgement, Strength
from doctor.causes.lookup import (
    about,
    better_run_differs,
    fact_of,
    reference_value,
    ruled_out,
    said_against,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.evidence import Signal
from doctor.schema.finding import EvidenceLine
from doctor.schema.setup import Scalar

Test = Callable[[Scalar], bool]

ASKED_FOR = frozenset(
    f"engine.extra.{name}"
    for name in ("enable_lora", "max_lora_rank", "cpu_offload_gb", "pipeline_parallel_size")
)
"""Settings that do nothing unless somebody gives them (vllm/engine/arg_utils.py, 0.4 to 0.32)."""

OTHERWISE = {
    "hf_generate": "the script runs vLLM's engine",
    "timer_encloses_model": "the timer starts after the model stands",
}
"""What a script does instead, in words."""

STATED = 0.6
"""How much a statement in somebody's own words counts beside something a program printed."""

_ORDER: tuple[Strength, ...] = ("arithmetic", "measured", "configuration", "warning", "none")


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
    ``missing`` is what to send where nothing is known; ``decides`` is what would settle it.

    A comparison that somebody made themselves counts as measured, and one that made no
    difference clears the cause, whatever the settings say.
    """
    found = _found(case, marks)
    cleared = signal(case.evidence, *marks.cleared_by) if marks.cleared_by else None
    tested = said_against(case.evidence, *marks.statements)
    against = _cleared(case, marks)
    stated = all(mark.stated for mark in found)
    compared = any(mark.compared for mark in found) or any(
        better_run_differs(case.evidence, name) for name in marks.statements
    )
    if found and cleared is None and tested is None and not (stated and against is not None and not compared):
        strength = _strength(marks, found, compared=compared)
        words = "; ".join(mark.line.text for mark in found[:2])
        return Judgement(
            "inconclusive" if stated or strength == "warning" else "confirmed",
            f"{words}: {because}",
            tuple(mark.line for mark in found),
            strength=strength,
            factor=about(*factor) if factor else None,
            would_decide=decides,
            plausibility=max(plausibility, COMPARED)
            if compared
            else plausibility * (STATED if stated else 1.0),
        )
    if tested is not None:
        return tried_without_effect(tested)
    if cleared is not None:
        return ruled_out(f"Read: {cleared.text}.", speaks_against(cleared.text, cleared.origin))
    against = against or _left_at_default(case, marks)
    if against is not None:
        return ruled_out(f"Not so here: {against.text}.", against)
    return unknown(missing)


@dataclass(frozen=True)
class _Mark:
    """One thing that speaks for the cause."""

    line: EvidenceLine
    strength: Strength
    stated: bool = False
    compared: bool = False
    """Two runs are told apart by it: the user's own ablation."""


def _found(case: Case, marks: Marks) -> list[_Mark]:
    evidence = case.evidence
    return [
        *_from_settings(case, marks),
        *(
            _Mark(
                speaks_for(f"{path} = {fact.value}", fact.origin), "configuration", fact.weight == "statement"
            )
            for names, facts in ((marks.environment, evidence.environment), (marks.script, evidence.script))
            for path, test in names.items()
            if (fact := fact_of(facts, path)) is not None and test(fact.value)
        ),
        *(
            _Mark(speaks_for(f"“{message.text}”{_times(message)}", message.origin), marks.message_strength)
            for name in marks.messages
            if (message := signal(evidence, name)) is not None
        ),
        *(
            _Mark(
                speaks_for(f"it is said: “{said.text}”", said.origin),
                marks.statement_strength,
                True,
                weighty(said),
            )
            for name in marks.statements
            if (said := signal(evidence, name)) is not None
        ),
    ]


def _from_settings(case: Case, marks: Marks) -> Iterator[_Mark]:
    for path, test in marks.settings.items():
        fact = setting(case.evidence, path)
        theirs = reference_value(case, path)
        if fact is None or not test(fact.value) or theirs == fact.value:
            continue
        other = setting(case.evidence, path, role="reference")
        words = f"{path.split('.')[-1]} = {fact.value}"
        if other is not None:
            words += f", {other.value} in the faster run"
        line = speaks_for(words, fact.origin)
        yield _Mark(
            line, "configuration", fact.weight == "statement", other is not None and not test(other.value)
        )


def _times(message: Signal) -> str:
    return f" ({message.count} times)" if message.count > 1 else ""


def _strength(marks: Marks, found: list[_Mark], *, compared: bool) -> Strength:
    if marks.statement_strength == "warning" and all(mark.strength == "warning" for mark in found):
        return "warning"
    if compared:
        return "measured"
    return min((mark.strength for mark in found), key=_ORDER.index)


def _cleared(case: Case, marks: Marks) -> EvidenceLine | None:
    for path, test in marks.settings.items():
        if path == "model.name":  # A name that does not tell a format excludes none.
            continue
        fact = setting(case.evidence, path)
        if fact is not None and fact.weight != "statement" and not test(fact.value):
            return speaks_against(f"{path.split('.')[-1]} = {fact.value}", fact.origin)
    for path, test in marks.environment.items():
        fact = fact_of(case.evidence.environment, path)
        if fact is not None and not test(fact.value):
            return speaks_against(f"{path} = {fact.value}", fact.origin)
    for path, test in marks.script.items():
        fact = fact_of(case.evidence.script, path)
        if fact is not None and not test(fact.value):
            return speaks_against(OTHERWISE.get(path, f"{path} = {fact.value}"), fact.origin)
    return None


def _left_at_default(case: Case, marks: Marks) -> EvidenceLine | None:
    """A script's one engine is built with all its arguments in sight, and none of them asks for the thing."""
    call = fact_of(case.evidence.script, "engine_call_in_full")
    if call is None or not marks.settings or not ASKED_FOR.issuperset(marks.settings):
        return None
    names = ", ".join(path.split(".")[-1] for path in marks.settings)
    return speaks_against(f"the script's engine is built without {names}", call.origin)


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
