"""Versions of vLLM, as far as they must be compared: by their numbers."""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_NUMBERS = re.compile(r"v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?![\d])")


def parse_version(text: str | None) -> Version | None:
    """The numbers of a version ("v0.8.5.post1" → 0, 8, 5); None where there are none.

    Suffixes (post1, rc2, +cpu) do not count: no default that we know of changed in one.
    """
    match = _NUMBERS.match(text.strip()[:200]) if text else None
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None
