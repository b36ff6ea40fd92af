"""Rates that somebody wrote in a sentence, with whether they are the hoped-for or the seen ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document
from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import ObservedRate

_NAME = "prose"
_RATE = re.compile(
    r"(?<![\w.$])(?P<about>[~≈]\s?)?(?P<n>\d{1,3}(?:[,\u2009 ]\d{3})+(?:\.\d+)?"
    r"|\d+(?:\.\d+)?)(?P<k>[kK])?(?P<plus>\+)?"
    r"(?:\s*[-–]\s*(?P<upper>\d+(?:\.\d+)?)(?P<uk>[kK])?)?\s*"
    r"(?P<kind>(?:generated|generation|output|out|decode|total|input|prompt|prefill|gen)\.?\s+)?"
    r"(?P<unit>tok(?:en)?s?\s*/\s*s(?:ec(?:ond)?)?|toks?/s|tokens?\s+per\s+second|TPS\b|tps\b|t/s\b"
    r"|req(?:uest)?s?\s*/\s*(?:s(?:ec)?|min)\b|requests?\s+per\s+(?:second|minute)|RPS\b|QPS\b)",
)
_BEFORE = re.compile(
    r"(?P<expected>expect\w*|publish\w*|official\w*|blog|paper|reported|claim\w*|advertis\w*|should"
    r"|target|promised"
    r"|documented|README|leaderboard|reference|instead of|far (?:away )?from|compared (?:to|with)"
    r"|normal(?:ly)?)"
    r"|(?P<baseline>baseline|without|before|previous\w*|used to|main\b|tp ?=? ?1|older version|w/o)"
    r"|(?P<observed>observed|actual\w*|i (?:get|got|see|measured|achieve\w*)|we (?:get|got|see)|only"
    r"|measured|my result"
    r"|throughput (?:is|of) about|current\w*|drops? to|now)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\W{0,6}(?P<word>expected?|observed|actual|published|reference|target|official|baseline|got"
    r"|measured|result|before|after)\w*"
    r"(?:\W|$)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"\b(?:but|only|drop\w*|fell|falls|down|decreas\w*|reduc\w*)\b|(?:->|→|=>)", re.IGNORECASE
)
_ROLES = {
    "expect": "expected",
    "expected": "expected",
    "published": "expected",
    "reference": "expected",
    "target": "expected",
    "official": "expected",
    "baseline": "baseline",
    "before": "baseline",
    "observed": "observed",
    "after": "observed",
    "actual": "observed",
    "got": "observed",
    "measured": "observed",
    "result": "observed",
}
_OUTPUT = re.compile(r"output|generat|decode|\bgen\b|\bout\b|throughput \(out", re.IGNORECASE)
_TOTAL = re.compile(r"\btotal\b", re.IGNORECASE)
_INPUT = re.compile(r"\binput|\bprompt|prefill", re.IGNORECASE)


def prose_rates(document: Document) -> Iterator[ObservedRate]:
    """Every rate in the text. A line that is only a heading sets the role for what follows."""
    heading = ""
    for number, line in enumerate(document.text.splitlines(), 1):
        head = _HEADING.match(line)
        if head is not None:
            heading = _ROLES.get(head["word"].lower(), "")
        elif line.startswith("#"):
            heading = ""
        if len(line) > 5000:
            continue
        role = heading if head is not None else ""
        yield from _contrasted(line, list(_line_rates(document, number, line, role, heading)))


def _line_rates(
    document: Document, number: int, line: str, stated: str, heading: str
) -> Iterator[tuple[int, ObservedRate]]:
    """Each rate of a line with where it stands in it."""
    for match in _RATE.finditer(line):
        value = _value(match)
        if value is None:
            continue
        clause = _clause(line, match.start(), match.end())
        role = stated or _role(line[: match.start()], line[match.end() :])
        fields = {
            "quantity": _quantity(match, clause),
            "per_s": value,
            "origin": document.at_line(number, _NAME),
            "role": role or heading or "observed",
            "label": match[0].strip()[:80],
            "weight": "statement",
        }
        yield match.start(), ObservedRate.model_validate(fields)


def _contrasted(line: str, found: list[tuple[int, ObservedRate]]) -> Iterator[ObservedRate]:
    """ "60 tok/s, but only 28 after the upgrade": the first is what the second is compared with."""
    for index, (start, rate) in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        fell = following is not None and rate.role == "observed" and following[1].per_s < rate.per_s
        if following is not None and fell and _CONTRAST.search(line[start : following[0]]):
            yield rate.model_copy(update={"role": "baseline"})
        else:
            yield rate


def _value(match: re.Match[str]) -> float | None:
    value = printed_number(re.sub(r"[\u2009 ]", "", match["n"]))
    if value is None:
        return None
    value *= 1000 if match["k"] else 1
    upper = printed_number(match["upper"]) if match["upper"] else None
    if upper is not None:
        value = (
            value * (1000 if match["uk"] and not match["k"] else 1) + upper * (1000 if match["uk"] else 1)
        ) / 2
    return value / 60 if "min" in match["unit"].lower() else value


def _clause(line: str, start: int, end: int) -> str:
    before = re.split(r"[.;,(]\s|\bvs\b|/ ", line[:start])[-1][-80:]
    after = re.split(r"[.;,)]|\bvs\b", line[end:])[0][:40]
    return f"{before} {after}"


def _quantity(match: re.Match[str], clause: str) -> str:
    unit = match["unit"].lower()
    if unit.startswith(("req", "rps", "qps")):
        return "requests"
    for text in (match["kind"] or "", clause):
        if _TOTAL.search(text):
            return "total tokens"
        if _OUTPUT.search(text):
            return "output tokens"
        if _INPUT.search(text):
            return "prompt tokens"
    return "tokens"


def _role(before: str, after: str) -> str:
    """The nearest word before the number that tells; else one right after it."""
    sentence = re.split(r"[.!?]\s", before)[-1]
    role = ""
    for match in _BEFORE.finditer(sentence):
        role = str(match.lastgroup)
    later = _BEFORE.search(after[:40])
    if not role and later is not None:
        role = str(later.lastgroup)
    return role
