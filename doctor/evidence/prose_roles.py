"""Which side a figure in a sentence stands on: what was hoped for, what ran before, or what was got."""

from __future__ import annotations

import re

from doctor.evidence.sides import Side

_ENGLISH: dict[Side, str] = {
    "expected": r"(?:friends?|colleagues?|people|others)(?:\s[\w']{1,20}){0,8}?\s"
    r"(?:gets?|got|sees?|saw|has|have)"
    r"|expect\w*|publish\w*|official\w*|blogs?|paper|reported|claim\w*|advertis\w*|should|targets?"
    r"|promis\w*|hop(?:ed|ing)|documented|documentation|docs?|README|leaderboard|reference|instead of"
    r"|far (?:away )?from|compared (?:to|with)|normal(?:ly)?|reproduc\w*|replicat\w*|to match"
    r"|slides?|colleague\w*|vendor\w*|tutorials?|people|friend\w*|listed"
    r"|they (?:list|report|get|got|claim|show)|others (?:get|got|see|saw|report\w*|claim\w*)",
    "baseline": r"baseline|without|before|previous\w*|used to(?: get| see| have| be| reach)?|main"
    r"|tp ?=? ?1(?!\d)|older version|w/o"
    r"|(?:is|was|were|are) (?:off|disabled)|after (?:removing|disabling|dropping)",
    "observed": r"observed?|actual\w*|got|gets?|getting|only"
    r"|(?:i|we) (?:see|saw|measure\w*|achieve\w*|reach\w*)"
    r"|measured|my (?:result|run|setup|own)|throughput (?:is|of) about|current\w*|drop(?:s|ped)? to|now"
    r"|prints?|plateau\w*|hovers?|stuck at|reached|ended up",
}
_CHINESE: dict[Side, str] = {
    "expected": "官方|博客|论文|标称|预期|期望|应该|号称|官网|达不到|复现|文档|宣传|别人|朋友|同事|网上|理论",
    "baseline": "之前|原来|以前|去掉|关掉|关闭|不开|不用",
    "observed": "实际|只有|得到|实测|目前|现在|测出|跑出|我的|大概|降到|仅|才",
}
_CUES: dict[Side, re.Pattern[str]] = {
    side: re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])|{_CHINESE[side]}", re.IGNORECASE)
    for side, words in _ENGLISH.items()
}
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？；;]")
_NEAR = 40
"""Characters after a figure in which a word may still speak of it: "2300 tok/s in the docs"."""
_BARE = re.compile(r"\s\d{2,}(?:[.,]\d+)?(?![\w.])")
"""A figure without a unit: "20 tok/s, the docs promise 3000"."""
_FAR = 300
"""Characters before a figure in which its sentence is looked for."""


def figure_side(line: str, start: int, end: int, following: int | None) -> Side:
    """The side of the figure at ``line[start:end]``; ``following``: where the line's next figure begins.

    The nearest word before it in its sentence tells. Without one, a word right after it does, unless
    that word introduces the next figure.
    """
    before = _cues(_SENTENCE_END.split(line[max(0, start - _FAR) : start])[-1])
    if before:
        return before[-1][1]
    rest = line[end:following][:_FAR]
    first = _SENTENCE_END.split(rest)[0]
    after = _cues(first)
    if not after or after[0][0] > _NEAR:
        return ""
    introduces = following is not None and len(first) == len(rest) and len(after) == 1
    return "" if introduces or _BARE.search(first[after[0][0] :]) else after[0][1]


def _cues(text: str) -> list[tuple[int, Side]]:
    """The words that tell, in their order; one inside another ("used to get") does not count."""
    found = [(*match.span(), side) for side, pattern in _CUES.items() for match in pattern.finditer(text)]
    kept: list[tuple[int, Side]] = []
    reached = 0
    for start, end, side in sorted(found, key=lambda cue: (cue[0], -cue[1])):
        if start >= reached:
            kept.append((start, side))
            reached = end
    return kept
