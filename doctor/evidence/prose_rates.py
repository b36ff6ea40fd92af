"""Rates that somebody wrote in a sentence, with whether they are the hoped-for or the seen ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from doctor.evidence.contract import Document
from doctor.evidence.numbers import printed_number
from doctor.evidence.prose_roles import figure_side
from doctor.evidence.prose_scaling import gpus_named, slower_on_more
from doctor.evidence.prose_variants import better_variant, load_named
from doctor.evidence.sides import Side, heading, sides
from doctor.schema.evidence import ObservedRate

_NAME = "prose"
MOST = 1000
"""Figures taken from one text; an issue names a few dozen."""

_RATE = re.compile(
    r"(?<![\w.$])(?P<about>[~≈]\s?)?(?P<n>\d{1,3}(?:[,\u2009 ]\d{3})+(?:\.\d+)?"
    r"|\d+(?:\.\d+)?)(?P<k>[kK])?(?P<plus>\+)?"
    r"(?:\s*(?:[-–~]|to|到|至)\s*(?P<upper>\d+(?:\.\d+)?)(?P<uk>[kK])?)?\s*(?:个|条)?\s*"
    r"(?P<kind>(?:generated|generation|output|out|decode|total|input|prompt|prefill|gen|aggregate)\.?\s+)?"
    r"(?P<unit>tok(?:en)?s?\s*/\s*s(?:ec(?:ond)?)?|toks?/s|tokens?\s+per\s+sec(?:ond)?|TPS\b|tps\b|t/s\b"
    r"|tok(?:en)?s?\s*(?:/|每)\s*秒|(?:请求|条)\s*(?:/|每)\s*秒"
    r"|req(?:uest)?s?\s*/\s*(?:s(?:ec)?|min)\b|requests?\s+per\s+(?:second|minute)|RPS\b|QPS\b)",
)
_TWO_OF_ONE_UNIT = re.compile(
    r"(?<![\w.,])(?P<one>\d[\d,.]{0,12}[kK]?)\s*(?P<mark>vs\.?|versus|->|→|=>)\s*(?P<other>\d[\d,.]{0,12}[kK]?)"
    r"\s*(?P<unit>(?:output |total |generated )?(?:tok(?:en)?s?/s(?:ec)?\b|req(?:uest)?s?/s\b|[RQT]PS\b))"
)
_UNIT_FIRST = re.compile(
    r"\b(?P<unit>[RQT]PS)\s{0,3}(?:[=:：为是约]|of |is |about ){0,3}\s{0,3}"
    r"(?P<n>\d[\d,.]{0,12})(?![\d.]|\s*[a-zA-Z/])"
)
_PER_SECOND_FIRST = re.compile(
    r"每秒(?:钟)?(?:大?约|只有|能|可以|输出|生成|处理|达到|不到|\s){0,4}(?P<n>\d+(?:\.\d+)?)\s*(?:个|条)?\s*(?P<what>tok(?:en)?s?|请求)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"\b(?:but|only|drop\w*|fell|falls|down|decreas\w*|reduc\w*)\b|(?:->|→|=>)|但|只有|降|变成", re.IGNORECASE
)
_FROM = re.compile(r"\bfrom (?:about |around |some )?$|从\s*$", re.IGNORECASE)
_TO = re.compile(r"\bto\b|到|至", re.IGNORECASE)
_LENGTH = re.compile(
    r"\d{1,9}\s{0,9}(?:tokens?\s*)?(?:of\s+)?(?:input|prompt|output|in|out|generated)\b(?:\s*(?:tokens?|len\w*))?"
    r"|(?:input|prompt|output)[ _-]?(?:len\w*|tokens?|size)?\s*[=:]?\s*\d+"
    r"|(?:输入|输出)(?:长度)?[\s:：为是=]*\d+",
    re.IGNORECASE,
)
_OUTPUT = re.compile(r"output|generat|decode|\bgen\b|\bout\b|throughput \(out|输出|生成|解码", re.IGNORECASE)
_TOTAL = re.compile(
    r"\btotal\b|input \+ output|in\+out|总(?:吞吐|共|的)|输入加输出|输入\+输出", re.IGNORECASE
)
_INPUT = re.compile(r"\binput|\bprompt|prefill|输入", re.IGNORECASE)


@dataclass(frozen=True)
class _Said:
    """One figure, with what its line says of the machine and of the load."""

    rate: ObservedRate
    gpus: int | None
    load_named: bool


def prose_rates(document: Document) -> Iterator[ObservedRate]:
    """Every rate in the text, with the side of its line or of the heading above.

    A figure that one sentence calls the published one is that wherever it stands.
    """
    said = list(islice(_all_rates(document), MOST))
    hoped = {one.rate.per_s for one in said if one.rate.role == "expected"}
    better = slower_on_more([(one.rate, one.gpus) for one in said])
    if better is None:
        better = better_variant(document.text, [(one.rate, one.load_named) for one in said])
    for one in said:
        if one.rate.per_s in hoped:
            yield one.rate.model_copy(update={"role": "expected"})
        else:
            baseline = one.rate.per_s == better
            yield one.rate.model_copy(update={"role": "baseline"}) if baseline else one.rate


def _all_rates(document: Document) -> Iterator[_Said]:
    lines = document.text.splitlines()
    for number, (written, side) in enumerate(zip(lines, sides(lines), strict=True), 1):
        if len(written) > 5000:
            continue
        line = _spelled_out(written)
        found = [
            *_line_rates(document, number, line, heading(line), side),
            *_chinese(document, number, line, side),
        ]
        for (start, first), rate in zip(found, _contrasted(line, found), strict=True):
            end = start + len(first.label)
            yield _Said(rate, gpus_named(line, start), load_named(line, start, end))


def _spelled_out(line: str) -> str:
    """ "6300 vs 2050 tok/s" and "QPS 12", with each figure before a unit of its own."""
    line = _TWO_OF_ONE_UNIT.sub(r"\g<one> \g<unit> \g<mark> \g<other> \g<unit>", line)
    return _UNIT_FIRST.sub(r"\g<n> \g<unit>", line)


def _chinese(document: Document, number: int, line: str, side: Side) -> Iterator[tuple[int, ObservedRate]]:
    """ "每秒 1000 个 token": the unit stands before the number."""
    for match in _PER_SECOND_FIRST.finditer(line):
        value = printed_number(match["n"])
        if value is None:
            continue
        clause = _clause(line, match.start(), match.end())
        quantity = "requests" if match["what"] == "请求" else _tokens_of(("", clause))
        fields = {
            "quantity": quantity,
            "per_s": value,
            "origin": document.at_line(number, _NAME),
            "role": heading(line)
            or figure_side(line, match.start(), match.end(), None)
            or side
            or "observed",
            "label": match[0][:80],
            "weight": "statement",
        }
        yield match.start(), ObservedRate.model_validate(fields)


def _line_rates(
    document: Document, number: int, line: str, stated: Side, under: Side
) -> Iterator[tuple[int, ObservedRate]]:
    """Each rate of a line with where it stands in it."""
    matches = list(_RATE.finditer(line))
    starts: list[int | None] = [match.start() for match in matches]
    for match, following in zip(matches, [*starts[1:], None], strict=False):
        value = _value(match)
        if value is None:
            continue
        clause = _clause(line, match.start(), match.end())
        role = stated or figure_side(line, match.start(), match.end(), following)
        fields = {
            "quantity": _quantity(match, clause),
            "per_s": value,
            "origin": document.at_line(number, _NAME),
            "role": role or under or "observed",
            "label": match[0].strip()[:80],
            "weight": "statement",
        }
        yield match.start(), ObservedRate.model_validate(fields)


def _contrasted(line: str, found: list[tuple[int, ObservedRate]]) -> Iterator[ObservedRate]:
    """ "60 tok/s, but only 28 after the upgrade": the first is what the second is compared with."""
    for index, (start, rate) in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        fell = following is not None and rate.role == "observed" and following[1].per_s < rate.per_s
        contrast = following is not None and _CONTRAST.search(line[start : following[0]])
        came_from = (
            following is not None and _FROM.search(line[:start]) and _TO.search(line[start : following[0]])
        )
        if fell and (contrast or came_from):
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
    """The words around a figure that say what it counts; lengths of prompts and outputs do not."""
    before = re.split(r"[.;,(，。；（]\s?|\bvs\b|/ ", line[:start])[-1][-80:]
    after = re.split(r"[.;,)，。；）]|\bvs\b|\b(?:with|at|for|using)\b", line[end:])[0][:40]
    return _LENGTH.sub(" ", f"{before} {after}")


def _quantity(match: re.Match[str], clause: str) -> str:
    unit = match["unit"].lower()
    if unit.startswith(("req", "rps", "qps", "请求", "条")):
        return "requests"
    return _tokens_of((match["kind"] or "", clause))


def _tokens_of(texts: tuple[str, str]) -> str:
    for text in texts:
        if _TOTAL.search(text):
            return "total tokens"
        if _OUTPUT.search(text):
            return "output tokens"
        if _INPUT.search(text):
            return "prompt tokens"
    return "tokens"
