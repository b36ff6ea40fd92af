"""What a reader is: it knows its format by content, and turns a document into evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doctor.schema.evidence import Evidence, Origin


@dataclass(frozen=True)
class Document:
    """A piece of text with where it came from. ``data`` is its JSON value, where it is JSON."""

    name: str
    text: str
    first_line: int = 1
    data: object = None

    def at_line(self, number: int, reader: str = "") -> Origin:
        """The origin of the document's ``number``-th line, counted from 1."""
        return Origin(file=self.name, line=self.first_line + number - 1, reader=reader)

    def at_path(self, path: str, reader: str = "") -> Origin:
        """The origin of a value inside the JSON document."""
        return Origin(file=self.name, path=path, reader=reader)

    def at_offset(self, offset: int, reader: str = "") -> Origin:
        """The origin of the line that holds the character at ``offset``."""
        return self.at_line(self.text.count("\n", 0, offset) + 1, reader)


@dataclass(frozen=True)
class Reader:
    """One foreign format. A module in this folder that holds a ``READER`` is found by itself.

    ``whole``: the format takes up a whole document and no other reader needs to look at it;
    otherwise it is looked for anywhere in a text, beside the others.
    """

    name: str
    sniff: Callable[[Document], bool]
    read: Callable[[Document], Evidence]
    whole: bool = False
