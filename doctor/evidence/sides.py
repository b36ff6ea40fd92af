"""Which of two runs a line of a text speaks of: the one that was got, or the one hoped for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Side = Literal["observed", "expected", "baseline", ""]

_HEADING = re.compile(
    r"^\W{0,6}(?:\w+ ){0,2}?(?P<word>expect(?:ed|ation)?|observed|actual|published|reference|target|official"
    r"|baseline|got|measured|results?|before|after|current|claimed|advertised"
    r"|期望|预期|官方|标称|参考|论文|实际|实测|观察|现在|目前|当前|结果|之前|升级前|升级后|之后)"
    r"(?:\s?(?:behaviou?r|figure|rate|throughput|speed|value|results?|performance|行为|速度|吞吐量?|结果|值|数据))?"
    r"(?:\s*\([^)\n]{0,60}\))?\s*(?:[:：=]|\W*$)",
    re.IGNORECASE,
)
_SIDES: dict[str, Side] = {
    **dict.fromkeys(
        ("expect", "expected", "expectation", "published", "reference", "target", "official", "claimed"),
        "expected",
    ),
    **dict.fromkeys(("advertised", "期望", "预期", "官方", "标称", "参考", "论文"), "expected"),
    **dict.fromkeys(("baseline", "before", "之前", "升级前"), "baseline"),
    **dict.fromkeys(("observed", "actual", "got", "measured", "result", "results", "after"), "observed"),
    **dict.fromkeys(("current", "实际", "实测", "观察", "现在", "目前", "当前", "结果"), "observed"),
    **dict.fromkeys(("升级后", "之后"), "observed"),
}


def heading(line: str) -> Side:
    """The side that the beginning of a line names: "Expected: …", "### Actual behaviour"."""
    match = _HEADING.match(line)
    return _SIDES.get(match["word"].lower(), "") if match else ""


def sides(lines: list[str]) -> Iterator[Side]:
    """The side of each line: what it says itself, or else the heading that it stands under.

    A line that says something after its own heading is no heading for the lines below.
    """
    under: Side = ""
    for line in lines:
        own = heading(line)
        if own:
            under = own if line.rstrip("*_ ")[-1:] in (":", "：") or line.startswith("#") else ""
        elif line.startswith("#") or re.match(r"^\W{0,6}[A-Z][\w ]{1,40}:", line):
            under = ""
        yield own or under
