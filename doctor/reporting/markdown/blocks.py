"""Tables, folds and lists in GitHub's Markdown. Cells come in escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doctor.reporting.escape import for_markdown
from doctor.reporting.language import Words


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """A table; ``right`` names the columns that are set flush right."""
    rule = ["---:" if i in right else "---" for i in range(len(head))]
    lines = [_row(head), _row(rule), *(_row(row) for row in rows)]
    return "\n".join(lines)


def fold(summary: str, content: str) -> str:
    """Content folded behind a line; the summary is our own text or escaped."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def bullets(lines: Iterable[str]) -> str:
    """A list of prose lines, each escaped here."""
    return "\n".join(f"- {for_markdown(line)}" for line in lines)


def replica_note(words: Words) -> str:
    """The banner over everything that a replica gave."""
    return "> **◇ " + words("Measured on a replica, not the published setup.") + "**"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
