"""Two figures of one thing in two ways, without a word which was hoped for: the better is what the other
is compared with."""

from __future__ import annotations

import re

from doctor.schema.evidence import ObservedRate

_LEAST = 1.15
"""Ratio from which two figures are not the same one measured twice."""

_COMPARED = re.compile(
    r"\b(?:same|slow(?:er|s)?|vs\.?|versus|compared|drop\w*|kill\w*|hurt\w*|worse|degrad\w*|halv\w*"
    r"|penalty)\b|[一二三四五两]分之|一半|慢|同一|同样|相同|下降|降低|变差|倒退",
    re.IGNORECASE,
)
_LOAD = re.compile(
    r"concurren|parallel|\bbatch|\busers?\b|\bclients?\b|\bstreams?\b|\brequests?\b|\bprompts?\b|\bbs\b"
    r"|\bISL\b|\bc ?=|\b(?:first|second|per)\b|并发|单条|单路|批|用户|请求|长度",
    re.IGNORECASE,
)
"""Words of a load: figures at two loads are two points of one curve."""


_PART = re.compile(r"[,;.(，。；：:]\s?|\bwhereas\b|\bwhile\b|\bbut\b", re.IGNORECASE)
_ALIKE = re.compile(
    r"\bsame (?:card|gpu|test|prompts?|workload|benchmark|settings?|load|setup)\b|\bof the same\b|\bwhereas\b"
    r"|同样的|同一张|同样配置|同样负载",
    re.IGNORECASE,
)
"""Words that say of two figures that they differ in one thing only; a load named once is that of both."""


def load_named(line: str, start: int, end: int) -> bool:
    """Whether the words around a figure, in its own part of the sentence, name a load."""
    before = _PART.split(line[max(0, start - 60) : start])[-1]
    after = _PART.split(line[end : end + 40])[0]
    return _LOAD.search(f"{before} {after}") is not None


def better_variant(text: str, found: list[tuple[ObservedRate, bool]]) -> float | None:
    """The larger of two figures that are compared; None where a text gives other figures, another side,
    or where the two are of two loads. ``found``: each rate, with whether a load is named beside it."""
    loads = sum(named for _, named in found)
    if any(rate.role != "observed" for rate, _ in found) or loads == len(found):
        return None
    compared = _ALIKE.search(text) if loads else _COMPARED.search(text)
    values = sorted({rate.per_s for rate, _ in found})
    if len(values) != 2 or len({rate.quantity for rate, _ in found}) != 1 or values[0] <= 0:
        return None
    return values[1] if values[1] >= _LEAST * values[0] and compared else None
