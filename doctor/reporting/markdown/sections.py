"""The parts of a Markdown report, in the order of their worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Sections(NamedTuple):
    """What always stands, and what may be left out where the text grows too long, by name."""

    first: Sequence[str]
    rest: Sequence[tuple[str, str]]
