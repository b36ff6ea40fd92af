"""The report of a check in Markdown: its sections in their order."""

from __future__ import annotations

from doctor.reporting.language import Words
from doctor.reporting.markdown.appendix import method, publication, reproduce, runs
from doctor.reporting.markdown.body import accounting, arms, causes, differences
from doctor.reporting.markdown.curve import concurrency
from doctor.reporting.markdown.environment import environment
from doctor.reporting.markdown.forecast import expected
from doctor.reporting.markdown.front import fixes, ledgers, rates, verdict
from doctor.reporting.markdown.sections import Sections
from doctor.reporting.views.page import page_of
from doctor.schema.report import Report

_FIRST = (verdict, rates, ledgers, fixes)
_REST = (
    accounting, differences, arms, causes, expected, concurrency, environment, publication, method,
    reproduce, runs,
)  # fmt: skip


def check_sections(report: Report, words: Words) -> Sections:
    """Everything, with the verdict first and the raw runs last."""
    page = page_of(report)
    return Sections(
        first=[section(page, words) for section in _FIRST],
        rest=[(section.__name__, section(page, words)) for section in _REST],
    )
