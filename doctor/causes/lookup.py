"""Questions that judgements ask of evidence, answered in one place each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from doctor.causes.contract import Case, Judgement
from doctor.schema.evidence import Delivered, Evidence, Fact, Origin, Signal, StatsSeries
from doctor.schema.finding import EvidenceLine
from doctor.schema.rates import Interval
from doctor.schema.setup import Scalar, Setup

_WEIGHT_ORDER = {"statement": 0, "log": 1, "result": 2, "configuration": 3}


def strongest(facts: Iterable[Fact]) -> Fact | None:
    """The fact with the heaviest weight; of equals the one read first."""
    best: Fact | None = None
    for fact in facts:
        if best is None or _WEIGHT_ORDER[fact.weight] > _WEIGHT_ORDER[best.weight]:
            best = fact
    return best


def setting(evidence: Evidence, path: str, role: Literal["user", "reference"] = "user") -> Fact | None:
    """The setting at a dotted path, or None where nothing that was read says it."""
    return strongest(fact for fact in evidence.settings if fact.path == path and fact.role == role)


def number(evidence: Evidence, path: str) -> float | None:
    """The setting as a number, or None where it is unknown or none."""
    fact = setting(evidence, path)
    return as_number(fact.value) if fact else None


def as_number(value: Scalar) -> float | None:
    """``value`` as a number; booleans and words are none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def fact_of(facts: Iterable[Fact], path: str) -> Fact | None:
    """The strongest of the facts under that name (engine, environment and script facts)."""
    return strongest(fact for fact in facts if fact.path == path and fact.role == "user")


def value_of(facts: Iterable[Fact], path: str) -> float | None:
    """That fact as a number."""
    fact = fact_of(facts, path)
    return as_number(fact.value) if fact else None


_STANCES = ("contrast", "remedy", "named")


def signal(evidence: Evidence, *ids: str) -> Signal | None:
    """The signal with one of the ids, in the order of the ids; of equal ids the one that says most.

    A statement that something is not there, or made no difference, is no sign of it.
    """
    for wanted in ids:
        found = [item for item in evidence.signals if item.id == wanted and item.stance in _STANCES]
        if found:
            best = min(found, key=lambda item: _STANCES.index(item.stance))
            return (
                best.model_copy(update={"stance": "contrast"})
                if better_run_differs(evidence, wanted)
                else best
            )
    return None


def better_run_differs(evidence: Evidence, name: str) -> bool:
    """Whether what is said of the better run is the opposite of the statement."""
    return any(item.id == f"{name}.better" for item in evidence.signals)


def said_against(evidence: Evidence, *ids: str) -> Signal | None:
    """A statement that the thing was changed and made no difference."""
    found = [item for item in evidence.signals if item.id in ids]
    if any(item.stance in ("contrast", "remedy") for item in found):
        return None
    return next((item for item in found if item.stance == "no effect"), None)


def weighty(said: Signal) -> bool:
    """Whether somebody compared both ways, or says that this was the reason."""
    return said.stance in ("contrast", "remedy")


def reference_value(case: Case, path: str) -> Scalar:
    """The reference's value at a dotted path; None where it is unknown.

    A value that a reader found beside the expected figure counts where no setup is given.
    """
    if case.reference is not None:
        value = _walk(case.reference, path)
        if value is not None:
            return value
    fact = setting(case.evidence, path, role="reference")
    return fact.value if fact else None


def _walk(setup: Setup, path: str) -> Scalar:
    value: object = setup
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return value if isinstance(value, bool | int | float | str) else None


def main_run(evidence: Evidence) -> Delivered | None:
    """The run that delivered most tokens: what the observed figure most likely stands on."""
    return max(evidence.delivered, key=_delivered_tokens, default=None)


def _delivered_tokens(run: Delivered) -> int:
    return run.total_tokens or (run.output_tokens or 0) + (run.prompt_tokens or 0)


def busiest_series(evidence: Evidence) -> StatsSeries | None:
    """The statistics of the engine that ran most requests at once."""
    return max(evidence.stats, key=lambda series: (series.peak_running, series.lines), default=None)


def _snapshots_show_the_load(series: StatsSeries) -> bool:
    """A line's rates are of the whole interval, its counts of one moment: where the tokens were made
    in intervals that end with nothing running, the counts missed the load."""
    made = sum(point.output_tokens_per_s for point in series.points)
    idle = sum(point.output_tokens_per_s for point in series.points if not point.running)
    return idle <= made / 2


def in_flight(case: Case) -> tuple[float, str] | None:
    """How many requests were in flight at most, and where that stands: measured, or as sent."""
    series = busiest_series(case.evidence)
    if series is not None and series.peak_running and _snapshots_show_the_load(series):
        return float(series.peak_running), f"{series.file}, peak of {series.lines} statistics lines"
    run = main_run(case.evidence)
    if run is not None and (run.peak_concurrency or run.max_concurrency):
        return float(run.peak_concurrency or run.max_concurrency or 0), str(run.origin)
    batch = value_of(case.evidence.engine_facts, "mean_batch")
    if batch is not None and batch >= 1:
        return batch, "the metrics page: generated tokens over steps"
    return sent(case)


def sent(case: Case) -> tuple[float, str] | None:
    """How many requests the client keeps in flight at most, by its settings."""
    limits = [
        (value, str(fact.origin))
        for path in ("workload.max_concurrency", "workload.num_prompts")
        if (fact := setting(case.evidence, path)) is not None and (value := as_number(fact.value))
    ]
    return min(limits, default=None)


def tokens_per_sequence(case: Case) -> float | None:
    """Prompt and output tokens of one request, delivered or else asked."""
    run = main_run(case.evidence)
    if run is not None and run.requests and run.total_tokens:
        return run.total_tokens / run.requests
    lengths = prompt_and_output(case)
    return sum(lengths) if lengths else None


def speaks_for(text: str, origin: Origin | str) -> EvidenceLine:
    """A line that supports the cause."""
    return EvidenceLine(text=text, speaks="for", source=str(origin))


def speaks_against(text: str, origin: Origin | str) -> EvidenceLine:
    """A line that speaks against the cause."""
    return EvidenceLine(text=text, speaks="against", source=str(origin))


def context(text: str, origin: Origin | str) -> EvidenceLine:
    """A line that is needed to read the others."""
    return EvidenceLine(text=text, speaks="context", source=str(origin))


def about(factor: float, low: float | None = None, high: float | None = None) -> Interval:
    """A factor that arithmetic or published measurements give; no confidence level stands behind it."""
    return Interval(estimate=factor, low=low, high=high, method="published or computed range")


def unknown(what: str, *lines: EvidenceLine) -> Judgement:
    """The evidence does not say; ``what`` would."""
    return Judgement("inconclusive", f"The evidence does not say: send {what}.", lines, would_decide=what)


def ruled_out(why: str, *lines: EvidenceLine) -> Judgement:
    """Something that was read excludes it."""
    return Judgement("ruled out", why, lines)


def not_applicable(why: str, *lines: EvidenceLine) -> Judgement:
    """It cannot act in such a setup."""
    return Judgement("not applicable", why, lines)


def prompt_and_output(case: Case) -> tuple[float, float] | None:
    """Prompt and output tokens per request of the user's run, delivered or asked.

    A prompt of digits counts as one token each, as Qwen's tokenizers split them.
    """
    run = main_run(case.evidence)
    if run is not None and run.requests and run.prompt_tokens and run.output_tokens:
        return run.prompt_tokens / run.requests, run.output_tokens / run.requests
    output = number(case.evidence, "workload.output_len")
    prompt = number(case.evidence, "workload.input_len")
    if prompt is None and fact_of(case.evidence.script, "prompt_is_digits") is not None:
        prompt = value_of(case.evidence.script, "prompt_characters")
    return (prompt, output) if prompt and output else None
