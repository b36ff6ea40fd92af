"""The report as Markdown, made to be pasted into an issue."""

from __future__ import annotations

from collections.abc import Callable

from doctor.reporting.language import Language, Words
from doctor.reporting.markdown.appendix import environment, method, publication, reproduce, runs
from doctor.reporting.markdown.body import accounting, arms, causes, differences
from doctor.reporting.markdown.front import fixes, ledgers, rates, verdict
from doctor.reporting.redact import redacted
from doctor.reporting.views.page import Page, page_of
from doctor.schema.report import Report

LIMIT = 65_536
"""What GitHub takes in one issue or comment, in characters."""

Section = Callable[[Page, Words], str]

FIRST: tuple[Section, ...] = (verdict, rates, ledgers, fixes)
REST: tuple[Section, ...] = (
    accounting, differences, arms, causes, environment, publication, method, reproduce, runs,
)  # fmt: skip
"""Most telling first: where the limit is near, the last ones are left out, and it is said."""


def render_markdown(report: Report, *, language: Language = "en") -> str:
    """The whole report, at most :data:`LIMIT` characters."""
    page, words = page_of(redacted(report)), Words(language)
    text = "\n\n".join(part for section in FIRST if (part := section(page, words)))
    text = text if len(text) <= LIMIT - 1000 else text[: LIMIT - 1000] + "…"
    left_out: list[str] = []
    for section in REST:
        part = section(page, words)
        if len(text) + len(part) > LIMIT - 500:
            left_out.append(section.__name__)
        elif part:
            text += f"\n\n{part}"
    if left_out:
        text += "\n\n" + words("Left out to stay within GitHub's limit: {names}.", names=", ".join(left_out))
    return text + "\n"
