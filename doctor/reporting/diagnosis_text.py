"""A diagnosis for the terminal: 80 columns, the verdict first, nothing that needs colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.cells import cell_len

from doctor.reporting.diagnosis_forecast import forecast_paragraphs
from doctor.reporting.diagnosis_rates import rate_rows
from doctor.schema.diagnosis import Diagnosis, RankedFinding
from doctor.schema.finding import Finding

WIDTH = 80
CANDIDATES = 5
WEAKER = 0.2
"""Candidates below this share of the best are named only."""

NAMED = 4
RULED_OUT = 5
PLACES = 2

Line = tuple[str, str]
"""A line and the name of its style: "verdict", "heading", "title", "dim" or none."""


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """The whole diagnosis as plain text."""
    return "\n".join(text for text, _ in diagnosis_lines(diagnosis)) + "\n"


def diagnosis_lines(diagnosis: Diagnosis) -> Iterator[Line]:
    """The lines with their styles, none wider than 80 columns unless a command is."""
    yield from _styled(_wrapped(diagnosis.verdict.sentence), "verdict")
    if diagnosis.reference is not None and diagnosis.reference_recognised:
        yield from _styled(_wrapped(f"The figure is that of the reference run {diagnosis.reference}."), "dim")
    yield from _styled(_details(diagnosis), "")
    rows = rate_rows(diagnosis)
    if rows:
        yield "", ""
        yield from _styled(rows, "")
    yield from _candidates(diagnosis)
    yield from _forecast(diagnosis)
    yield from _ruled_out(diagnosis.ruled_out)
    if diagnosis.would_decide:
        yield "", ""
        yield "What would decide most", "heading"
        yield from _styled(_wrapped(f"{diagnosis.would_decide}.", "  "), "")
        if diagnosis.check_command:
            yield "  One check that measures all that a check can:", ""
            yield from _styled(_command(diagnosis.check_command, "  "), "")
    yield from _sources(diagnosis)


def _details(diagnosis: Diagnosis) -> Iterator[str]:
    """What the verdict adds; the candidates below say the rest."""
    if diagnosis.candidates:
        return
    for detail in diagnosis.verdict.details:
        yield from _wrapped(detail, "  ")


def _forecast(diagnosis: Diagnosis) -> Iterator[Line]:
    paragraphs = list(forecast_paragraphs(diagnosis))
    if not paragraphs:
        return
    yield "", ""
    yield "What the performance model expects (predicted, nothing was run)", "heading"
    for text, later in paragraphs:
        if later:
            number, title = text[:11], text[11:]
            yield from _styled(_wrapped(title, f"  {number}", f"  {later}"), "")
        else:
            yield from _styled(_wrapped(text, "  "), "")


def _candidates(diagnosis: Diagnosis) -> Iterator[Line]:
    shown, weaker = _parted(diagnosis.candidates)
    if not shown:
        return
    yield "", ""
    yield "What the evidence shows", "heading"
    counting = True
    for place, item in enumerate(shown, 1):
        if counting and place > 1 and item.stands_on != "arithmetic":
            yield from _rest(diagnosis)
        counting = item.stands_on == "arithmetic"
        yield from _candidate(place, item)
    if weaker:
        titles = "; ".join(_lower(item.finding.title) for item in weaker[:NAMED])
        more = f"; and {len(weaker) - NAMED} more" if len(weaker) > NAMED else ""
        yield from _styled(_wrapped(f"Weaker (--json tells more): {titles}{more}.", "    "), "dim")


def _rest(diagnosis: Diagnosis) -> Iterator[Line]:
    """What arithmetic leaves to be explained, before the candidates for it."""
    ratio = diagnosis.remaining_ratio
    if diagnosis.accounting is not None and ratio is not None and ratio < 1:
        yield "", ""
        yield f"Candidates for the remaining {1 - ratio:.0%}", "heading"


def _parted(
    candidates: tuple[RankedFinding, ...],
) -> tuple[tuple[RankedFinding, ...], tuple[RankedFinding, ...]]:
    """Candidates that are told in full, and weaker ones that are only named."""
    best = next((item.score for item in candidates if item.stands_on != "arithmetic"), 0.0)
    told = [item for item in candidates if item.stands_on == "arithmetic" or item.score >= WEAKER * best][
        :CANDIDATES
    ]
    return tuple(told), tuple(item for item in candidates if item not in told)


def _candidate(place: int, item: RankedFinding) -> Iterator[Line]:
    finding = item.finding
    tag = _tag(item)
    title = f"{place:2}. {textwrap.shorten(finding.title, WIDTH - len(tag) - 6, placeholder='…')}"
    yield f"{title}{tag:>{WIDTH - len(title)}}", "title"
    yield from _styled(_wrapped(finding.summary + _effect(item), "    "), "")
    places = dict.fromkeys(
        line.source for line in finding.evidence if line.speaks == "for" and _is_place(line.source)
    )
    if places:
        yield from _styled(
            _wrapped("; ".join(list(places)[:PLACES]), "    seen     ", "             "), "dim"
        )
    if finding.remedy is not None:
        yield from _styled(_wrapped(finding.remedy.action, "    change   ", "             "), "")
        if finding.remedy.verify_command:
            yield from _styled(_command(finding.remedy.verify_command), "")


def _is_place(source: str) -> bool:
    return source not in ("", "accounting")


def _command(command: str, first: str = "    confirm  ") -> list[str]:
    """A command that may be copied: broken at flags only, each break with a backslash."""
    lines, line = [], first
    for index, word in enumerate(_with_values(command.split(" "))):
        if index and len(line) + len(word) + 3 > WIDTH:
            lines.append(f"{line} \\")
            line = f"{' ' * len(first)}{word}"
        else:
            line += word if not index else f" {word}"
    return [*lines, line]


def _with_values(words: list[str]) -> list[str]:
    """Flags together with their values, so that no line ends between them."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("-") and " " not in joined[-1] and not word.startswith("-"):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _tag(item: RankedFinding) -> str:
    """What it stands on."""
    lines = item.finding.evidence
    if lines and all(line.text.startswith("it is said") for line in lines):
        return "[as it is said]"
    words = {"configuration": "from the set-up", "warning": "a warning only", "none": "a guess"}
    return f"[{words.get(item.stands_on, item.stands_on)}]"


def _effect(item: RankedFinding) -> str:
    """What it leaves of the rate, in words; nothing where that is not known or next to all."""
    effect = item.finding.effect
    if effect is None or item.stands_on == "arithmetic" or 0.985 < effect.estimate < 1.015:
        return ""
    if effect.estimate > 1:
        return " It makes a run faster, not slower."
    text = f" It leaves about {effect.estimate:.0%} of the rate"
    if effect.low is not None and effect.high is not None and effect.low < effect.high:
        text += f" ({effect.low:.0%} to {min(effect.high, 1.0):.0%} where it was seen)"
    return f"{text}."


def _ruled_out(findings: tuple[Finding, ...]) -> Iterator[Line]:
    if not findings:
        return
    yield "", ""
    yield "Ruled out, because", "heading"
    for finding in findings[:RULED_OUT]:
        text = f"{finding.title}: {_lower(finding.summary)}"
        yield from _styled(_wrapped(text, "  - ", "    "), "")
    more = len(findings) - RULED_OUT
    if more > 0:
        yield f"  and {more} more: --json lists them.", "dim"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _sources(diagnosis: Diagnosis) -> Iterator[Line]:
    yield "", ""
    by_file: dict[str, list[str]] = {}
    for source in diagnosis.read:
        file, _, kind = source.partition(": ")
        by_file.setdefault(file, []).append(kind)
    for file, kinds in by_file.items():
        yield from _styled(_wrapped(f"read {file}: {', '.join(kinds)}", "", "  "), "dim")
    for note in diagnosis.unread:
        yield from _styled(_wrapped(f"not read: {note.origin}: {note.why}", "", "  "), "dim")


def _styled(lines: Iterator[str] | list[str], style: str) -> Iterator[Line]:
    for line in lines:
        yield line, style


def _wrapped(text: str, indent: str = "", later: str | None = None) -> list[str]:
    """The text in lines of 80 columns; a Chinese character takes two and may end a line."""
    later = indent if later is None else later
    lines, line, fresh = [], indent, True
    for word in _pieces(text):
        piece = word.removeprefix(_JOINED)
        gap = "" if fresh or word.startswith(_JOINED) else " "
        if not fresh and cell_len(line) + len(gap) + cell_len(piece) > WIDTH:
            lines.append(line)
            line, gap = later, ""
        line, fresh = f"{line}{gap}{piece}", False
    return [*lines, line.rstrip()]


_JOINED = "\x00"
"""Marks a piece that follows the one before without a space."""


def _pieces(text: str) -> Iterator[str]:
    """Words; runs of wide characters fall apart into single ones."""
    for word in text.split():
        if cell_len(word) == len(word):
            yield word
            continue
        first, narrow = True, ""
        for char in word:
            if cell_len(char) > 1:
                if narrow:
                    yield narrow if first else f"{_JOINED}{narrow}"
                    first, narrow = False, ""
                yield char if first else f"{_JOINED}{char}"
                first = False
            else:
                narrow += char
        if narrow:
            yield narrow if first else f"{_JOINED}{narrow}"
