"""How a statement about a feature is meant: it was there, it was not, changing it helped or did not."""

from __future__ import annotations

import re

from doctor.evidence.sides import Side
from doctor.schema.evidence import Stance


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_BEFORE_ABSENT = (
    r"\bwithout",
    r"\bw/o",
    r"\bno",
    r"(?:\bnot|n't) (?:us\w+|have|with|set|enabl\w+)",
    r"\bnever",
    r"\bno longer",
    r"\bexclud\w+",
    r"\b(?:remov|disabl|dropp?|delet|switch|turn)\w*(?: off)?",
    r"\binstead of",
    r"\brather than",
    r"\bunset\w*",
    "去掉|关闭|关掉|取消|禁用|删除|不用|不开|不加|没有?|没开|未开?|无",
)
_ABSENT = re.compile(
    rf"(?:{'|'.join(_BEFORE_ABSENT)})\W{{0,3}}(?:the |any |an? |its |this )?[-`'\"*]{{0,4}}$", re.IGNORECASE
)
_OFF_AFTER = re.compile(
    r"^[-`'\"*\w]{0,20}\s?(?:is |was |are |=\s?|: ?)?"
    r"(?:off\b|disabled|removed|turned off|not (?:used|enabled|set)|false\b|=\s?0\b|关闭)",
    re.IGNORECASE,
)
_TRIED = _pattern(
    r"\b(?:set|setting|switch\w*|turn\w*|remov\w*|delet\w*|disabl\w*|enabl\w*|chang\w*|tried|try\w*)",
    r"\b(?:rais\w*|increas\w*|lower\w*|reduc\w*|add\w*|varied|vary\w*|adjust\w*|toggl\w*)",
    r"\b(?:regardless|whether|different values)",
    "去掉|加大|加上|调(?:大|小|整)|设置|修改|改成|关闭|开启|试过",
)
_NO_EFFECT = _pattern(
    r"\b(?:no|not|without|little|hardly|zero|barely|n't)\W+(?:\w+\W+){0,3}?"
    r"(?:effect|difference|change\w*|improv\w*|impact|help\w*|gain|better|matter|grow\w*)",
    r"nothing (?:changed|changes|helps|helped)",
    "changed nothing",
    r"same (?:result|speed|problem|issue|thing)",
    r"still (?:slow|low|the same)",
    "to no avail|in vain",
    "没有?(?:明显)?(?:提升|变化|效果|改善|区别|影响)|无(?:效|变化|提升)|没用|还是一样|依然",
)
_REMEDY = _pattern(
    r"\b(?:fix(?:ed|es)?|solv(?:ed|es)|resolv\w*|help(?:s|ed)\b|cur(?:es|ed))\b",
    r"\b(?:works? (?:now|fine|again|well)|went away|gone)\b",
    r"back to (?:normal|speed|full|the)",
    "root cause|culprit",
    r"turn(?:s|ed) out",
    "because of|due to",
    r"caus(?:ed|es|ing)\b",
    r"(?:reason|problem|issue|cause) (?:is|was)\b",
    "bottleneck",
    r"py-?spy|profil(?:er|ing|e shows?|ed)|flame ?graph|nsys|火焰图",
    r"(?:makes?|made|gets?|got|becomes?|became|was|is) (?:it )?(?:much |a lot |far )?(?:faster|slower)",
    r"(?:doubl|tripl)(?:es|ed)",
    "原因|导致|解决|瓶颈|恢复正常|正常了|由于|造成|提升(?:到|了|至)",
)
_BOTH = _pattern(
    r"\bwith\b.{0,120}\bwithout\b",
    r"\bwithout\b.{0,120}\bwith\b",
    r"\bon\b.{0,60}\boff\b",
    r"\boff\b.{0,60}\bon\b",
    r"\b(?:enabled|true)\b.{0,80}\b(?:disabled|false)\b",
    r"\b(?:disabled|false)\b.{0,80}\b(?:enabled|true)\b",
    "开启?.{0,40}关闭?|关闭?.{0,40}开启?",
)
_SWITCHED_ON = re.compile(
    r"(?:\b(?:set|enabled|added|switched (?:on|to)|turned on|installed|started using|moved to)"
    r"|\b(?:lowered|raised)|加了|加上了?|开了|开启|启用了?|设成了?|换成了?)"
    r"\W{0,4}(?:the |a |an )?(?:\S{1,30}\s){0,2}[-`'\"*(]{0,4}$",
    re.IGNORECASE,
)
_SINCE = _pattern(
    r"\d.{0,120}\b(?:and )?(?:now|since then|afterwards)\b.{0,60}\d",
    r"\b(?:drop\w*|fell|went)\b.{0,60}\d.{0,40}\d",
    r"\d.{0,60}(?:降到|变成|只剩|只有).{0,20}\d",
)
_SENTENCE_END = re.compile(r"[.!?]\s|[。！？；;\n]")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence that holds ``text[start:end]`` begins and ends."""
    before = [match.end() for match in _SENTENCE_END.finditer(text, max(0, start - 400), start)]
    after = _SENTENCE_END.search(text, end, min(len(text), end + 400))
    return (before[-1] if before else max(0, start - 400)), after.start() if after else min(
        len(text), end + 400
    )


def stance_of(text: str, start: int, end: int, side: Side) -> Stance:
    """What the sentence around a statement says of it. ``side``: the run that its line speaks of."""
    begin, stop = sentence_around(text, start, end)
    sentence = text[begin:stop]
    absent = _ABSENT.search(text[max(begin, start - 40) : start]) or _OFF_AFTER.match(text[end : end + 40])
    rest = text[begin:start] + text[end:stop]
    near = f"{text[max(begin, start - 40) : start]} {text[end : min(stop, end + 25)]}"
    if _TRIED.search(near) and _NO_EFFECT.search(rest):
        return "no effect"
    if _BOTH.search(sentence) and re.search(r"\d", sentence):
        return "contrast"
    if _SWITCHED_ON.search(text[max(begin, start - 60) : start]) and _SINCE.search(sentence):
        return "contrast"
    if absent is not None:
        better = side in ("expected", "baseline") or _REMEDY.search(rest) or re.search(r"faster|快", rest)
        return "contrast" if better else "absent"
    return "remedy" if _REMEDY.search(rest) else "named"
