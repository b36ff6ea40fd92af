"""The summary of a diagnosis: the verdict, the first causes, what would decide most."""

from __future__ import annotations

from doctor.reporting.language import Words
from doctor.reporting.terminal.lines import ROOM, Line, wrapped
from doctor.reporting.views.diagnosis import DiagnosisPage, diagnosis_page
from doctor.reporting.views.verdict import retold_counting
from doctor.schema.diagnosis_report import DiagnosisReport

_STYLE = {"gap": "bold red", "no gap": "bold green", "inconclusive": "bold yellow", "failed": "bold red"}


def diagnosis_lines(report: DiagnosisReport, words: Words, width: int) -> list[Line]:
    """The lines with their styles, at most :data:`ROOM`; weaker causes give way first."""
    page = diagnosis_page(report)
    told = report.diagnosis
    style = _STYLE[told.verdict.outcome]
    head: list[Line] = [(line, style) for line in wrapped(_sentence(page, words), width, most=6)]
    foot: list[Line] = []
    if told.would_decide:
        send = f"{words('Send this next, it decides most')}: {told.would_decide}"
        foot = [("", ""), *((line, "bold") for line in wrapped(send, width, most=3))]
    return [*head, *_causes(page, words, width, ROOM - len(head) - len(foot)), *foot]


def _sentence(page: DiagnosisPage, words: Words) -> str:
    own = page.report.diagnosis.verdict.sentence
    if words.language == "en" or page.accounting is None:
        return own
    return retold_counting(page.accounting, words) or own


def _causes(page: DiagnosisPage, words: Words, width: int, room: int) -> list[Line]:
    """As many causes as fit, each with its remedy."""
    candidates = page.report.diagnosis.candidates
    if not candidates or room < 4:
        return []
    lines: list[Line] = [("", ""), (words("What the evidence shows"), "underline")]
    for place, item in enumerate(candidates, 1):
        finding = item.finding
        block: list[Line] = [(f"{place}. {words(finding.title)} [{words(item.stands_on)}]", "bold")]
        if finding.remedy:
            block += [
                (line, "") for line in wrapped(words(finding.remedy.action), width, most=2, indent="   ")
            ]
        left = room - len(lines) - (1 if place < len(candidates) else 0)
        if len(block) > left:
            more = words("  and {n} more; the report lists them.", n=len(candidates) - place + 1)
            return [*lines, (more, "dim")]
        lines += block
    return lines
