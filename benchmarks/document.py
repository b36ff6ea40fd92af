"""Puts what a benchmark found into a document, between two markers of its own."""

from __future__ import annotations

from pathlib import Path


def write_section(document: Path, name: str, made: str) -> None:
    """Replace what stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``.

    Raises ValueError where the document does not hold both markers, in this order.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = document.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        message = f"{document} holds no section {name!r}"
        raise ValueError(message)
    document.write_text(f"{before}{begin}\n{made}\n{end}{after}", encoding="utf-8")
