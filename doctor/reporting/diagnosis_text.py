"""A diagnosis for the terminal: 80 columns, plain text, nothing that needs colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from doctor.schema.diagnosis import Diagnosis, RankedFinding
from doctor.schema.finding import Finding
from doctor.schema.prediction import Prediction

WIDTH = 80
CANDIDATES = 8
RULED_OUT = 12
LINES = 3


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """The whole diagnosis as text."""
    return "\n".join(_lines(diagnosis)) + "\n"


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    yield from _wrapped(diagnosis.verdict.sentence)
    for detail in diagnosis.verdict.details:
        yield from _wrapped(detail, "  ")
    yield from _accounting(diagnosis)
    yield from _forecast(diagnosis)
    if diagnosis.candidates:
        yield ""
        yield "What the evidence shows"
        for place, item in enumerate(diagnosis.candidates[:CANDIDATES], 1):
            yield from _candidate(place, item)
        more = len(diagnosis.candidates) - CANDIDATES
        if more > 0:
            yield f"  and {more} weaker; --json lists them."
    if diagnosis.ruled_out:
        yield ""
        yield "Ruled out, because"
        for finding in diagnosis.ruled_out[:RULED_OUT]:
            yield from _ruled_out(finding)
        more = len(diagnosis.ruled_out) - RULED_OUT
        if more > 0:
            yield f"  and {more} more; --json lists them."
    if diagnosis.would_decide:
        yield ""
        yield "What would decide most"
        yield from _wrapped(f"Send {diagnosis.would_decide}.", "  ")
    yield from _sources(diagnosis)


def _accounting(diagnosis: Diagnosis) -> Iterator[str]:
    accounting = diagnosis.accounting
    if accounting is None:
        return
    rates = accounting.reference
    yield ""
    yield "The published figure, in all three rates"
    yield f"  requests/s        {rates.requests_per_s:12.3f}"
    yield f"  output tokens/s   {rates.output_tokens_per_s:12.1f}"
    yield f"  total tokens/s    {rates.total_tokens_per_s:12.1f}"


def _forecast(diagnosis: Diagnosis) -> Iterator[str]:
    """What the card should give, and the predicted way from the published figure to the observed one."""
    forecast = diagnosis.forecast
    expected = forecast.expected if forecast else None
    if forecast is None or expected is None:
        return
    yield ""
    yield "What the performance model expects (predicted, nothing was run)"
    words = f"On {expected.device_name} the published setup should give {_rate(expected, total=True)}"
    yield from _wrapped(f"{words}, which is {_rate(expected)}.", "  ")
    if forecast.user is not None:
        yield from _wrapped(f"Your setup, as far as it was told: {_rate(forecast.user)}.", "  ")
    for one in forecast.standings:
        yield from _wrapped(
            f"{one.title}: {one.seen.estimate:.0f} {one.counts} tokens/s, {one.ratio.estimate:.0%} of that"
            f" ({one.stands} its interval).",
            "  ",
        )
    ledger = diagnosis.ledger
    if ledger is None or ledger.refused:
        return
    unit = f"{ledger.counts} tokens/s"
    yield f"  {ledger.start_tokens_per_s:9.1f}  {ledger.start_title}"
    for line in ledger.lines:
        interval = line.tokens_per_s
        reach = ""
        if interval.low is not None and interval.high is not None and interval.high > interval.low:
            reach = f" ({-interval.high:+.0f} to {-interval.low:+.0f})"
        yield from _wrapped(f"{-interval.estimate:+9.1f}  {line.title}{reach}", "  ", " " * 13)
    yield f"  {ledger.end_tokens_per_s:9.1f}  {ledger.end_title}, in {unit}"


def _rate(prediction: Prediction, *, total: bool = False) -> str:
    interval = prediction.total_tokens_per_s if total else prediction.output_tokens_per_s
    counts = "total" if total else "output"
    return f"{interval.estimate:.0f} ({interval.low:.0f} to {interval.high:.0f}) {counts} tokens/s"


def _candidate(place: int, item: RankedFinding) -> Iterator[str]:
    finding = item.finding
    yield f"{place:2}. {finding.title}  [{finding.status}; {item.stands_on}]"
    yield from _wrapped(finding.summary, "    ")
    if finding.effect is not None:
        yield from _wrapped(_effect(finding), "    ")
    for line in finding.evidence[:LINES]:
        mark = {"for": "+", "against": "-", "context": " "}[line.speaks]
        yield from _wrapped(f"{mark} {line.text} ({line.source})", "    ")
    if finding.remedy is not None:
        yield from _wrapped(f"Fix: {finding.remedy.action}", "    ")
        if finding.remedy.verify_command:
            yield from _wrapped(f"Verify: {finding.remedy.verify_command}", "    ")


def _effect(finding: Finding) -> str:
    effect = finding.effect
    assert effect is not None
    text = f"Leaves about {effect.estimate:.0%} of the rate"
    if effect.low is not None and effect.high is not None:
        text += f" ({effect.low:.0%} to {effect.high:.0%} where it was seen)"
    return f"{text}."


def _ruled_out(finding: Finding) -> Iterator[str]:
    yield from _wrapped(f"{finding.title}: {finding.summary}", "  - ", "    ")


def _sources(diagnosis: Diagnosis) -> Iterator[str]:
    yield ""
    for source in diagnosis.read:
        yield from _wrapped(f"read {source}", "")
    for note in diagnosis.unread:
        yield from _wrapped(f"not read: {note.origin}: {note.why}", "")


def _wrapped(text: str, indent: str = "", later: str | None = None) -> list[str]:
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_on_hyphens=False,
    )
    return lines or [indent.rstrip()]
