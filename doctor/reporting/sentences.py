"""Sentences that other stages wrote, told again: each is held against the known ones, figures aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from doctor import locations

LONGEST = 600
"""Characters; a longer text is nobody's sentence."""
_LONGEST_VALUE = 200
_NAME = re.compile(r"\{(\w+)\}")
_BETWEEN = re.compile(r"(?<=\.) (?=[A-Z])")


@dataclass(frozen=True)
class Pattern:
    """A sentence with names in place of its figures: ``the budget of {seconds} s was spent``."""

    text: str
    literals: tuple[str, ...]
    names: tuple[str, ...]

    def values_in(self, sentence: str) -> dict[str, str] | None:
        """What stands for the names; None where it is another sentence.

        Each part is looked for from the left, once: no pattern can take longer than the text is.
        """
        if not sentence.startswith(self.literals[0]) or not sentence.endswith(self.literals[-1]):
            return None
        here, values = len(self.literals[0]), {}
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            last = name == self.names[-1]
            there = len(sentence) - len(literal) if last else sentence.find(literal, here)
            if not here < there <= here + _LONGEST_VALUE:
                return None
            values[name] = sentence[here:there]
            if _BETWEEN.search(values[name]):
                return None
            here = there + len(literal)
        return values


def told_again(text: str, gettext: Callable[[str], str]) -> str:
    """The text in another language, sentence by sentence; unchanged where one of them is not known."""
    whole = _sentence(text, gettext)
    if whole is not None or len(text) > LONGEST:
        return text if whole is None else whole
    parts = [_sentence(part, gettext) for part in _BETWEEN.split(text)]
    known = [part for part in parts if part is not None]
    return "".join(known) if len(parts) > 1 and len(known) == len(parts) else text


def _sentence(text: str, gettext: Callable[[str], str]) -> str | None:
    """One known sentence told again, its values too where those are known; None for a strange one."""
    found = gettext(text)
    if found == text and text[:1].isupper():
        lower = text[:1].lower() + text[1:]
        found = told if (told := gettext(lower)) != lower else text
    if found != text or len(text) > LONGEST:
        return found if found != text else None
    for pattern in patterns():
        values = pattern.values_in(text)
        if values is not None and (told := gettext(pattern.text)) != pattern.text:
            return told.format(**{name: _value(value, gettext) for name, value in values.items()})
    return None


def _value(value: str, gettext: Callable[[str], str]) -> str:
    """What stands for a name, told again where it is known itself; it is shorter than what it stands in."""
    for spelled in (value, value[:1].upper() + value[1:]):
        if (found := _sentence(spelled, gettext)) is not None:
            return found
    return value


@cache
def patterns() -> tuple[Pattern, ...]:
    """All known sentences, the most telling first: the one with most words of its own."""
    lines = (
        (locations.templates() / "translations" / "sentences.txt").read_text(encoding="utf-8").splitlines()
    )
    found = [_pattern(line) for line in lines if _NAME.search(line)]
    return tuple(sorted(found, key=lambda pattern: -sum(map(len, pattern.literals))))


def _pattern(text: str) -> Pattern:
    parts = _NAME.split(text)
    return Pattern(text=text, literals=tuple(parts[::2]), names=tuple(parts[1::2]))
