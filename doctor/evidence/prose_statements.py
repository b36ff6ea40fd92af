"""What people say about their run that bears on a cause. The weakest evidence there is.

A statement counts as what it says, not as what it means: that a core was at 100 % is read, why
is not. The patterns stand in ``statements/``, one file per family.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from doctor.errors import InputError
from doctor.evidence.contract import Document
from doctor.evidence.sides import sides
from doctor.evidence.stance import sentence_around, stance_of
from doctor.schema.evidence import Signal, Stance
from doctor.yaml_files import read_mapping

_NAME = "prose"
BETTER = ".better"
"""Ends the name of what the better run has where the worse one has the statement: only lines that
speak of the better run are searched for it."""

_FOLDER = Path(__file__).parent / "statements"
_LONGEST = 200_000
_MOST = 12
"""Occurrences of one statement whose meaning is looked at."""

_GAP = re.compile(r"…(\{\d+,\d+\})?")
_ORDER: tuple[Stance, ...] = ("contrast", "remedy", "no effect", "named", "absent")


@cache
def load_statements() -> dict[str, re.Pattern[str]]:
    """Every statement with its pattern. ``…`` stands for up to eighty characters of a sentence."""
    found: dict[str, re.Pattern[str]] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for name, alternatives in read_mapping(path, InputError, what="statements").items():
            regex = _GAP.sub(_gap, "|".join(alternatives))
            found[name] = re.compile(regex, re.IGNORECASE | re.MULTILINE)
    return found


def _gap(match: re.Match[str]) -> str:
    return rf"(?:(?!\.\s)[^\n。；]){match[1] or '{0,80}'}?"


def prose_statements(document: Document) -> Iterator[Signal]:
    """Each statement that occurs, once: where it says most, and how it is meant there."""
    text = document.text[:_LONGEST]
    lines = text.split("\n")
    by_line = list(sides(lines))
    for name, pattern in load_statements().items():
        best: tuple[int, re.Match[str], Stance] | None = None
        for match in islice(pattern.finditer(text), _MOST):
            side = by_line[text.count("\n", 0, match.start())]
            if name.endswith(BETTER) and side not in ("expected", "baseline"):
                continue
            stance = stance_of(text, match.start(), match.end(), side)
            rank = _ORDER.index(stance)
            if best is None or rank < best[0]:
                best = rank, match, stance
        if best is not None:
            yield _signal(document, text, name, best[1], best[2])


def _signal(document: Document, text: str, name: str, match: re.Match[str], stance: Stance) -> Signal:
    begin, end = sentence_around(text, match.start(), match.end())
    begin, end = max(begin, match.start() - 60), min(end, match.end() + 60)
    values = {key.rstrip("0123456789"): value for key, value in match.groupdict().items() if value}
    return Signal(
        id=name,
        count=1,
        origin=document.at_offset(match.start(), _NAME),
        text=" ".join(text[begin:end].split())[:200],
        values=values,
        weight="statement",
        stance=stance,
    )
