"""A report as Markdown, made to be pasted into an issue."""

from __future__ import annotations

from doctor.reporting.language import Language, Words
from doctor.reporting.markdown.check import check_sections
from doctor.reporting.markdown.comparison import comparison_sections
from doctor.reporting.markdown.diagnosis import diagnosis_sections
from doctor.reporting.markdown.prediction import prediction_sections
from doctor.reporting.markdown.sections import Sections
from doctor.reporting.redact import redacted
from doctor.schema.comparison import ComparisonReport
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.documents import Document
from doctor.schema.prediction_report import PredictionReport

LIMIT = 65_536
"""What GitHub takes in one issue or comment, in characters."""


def render_markdown(report: Document, *, language: Language = "en") -> str:
    """The whole report, at most :data:`LIMIT` characters."""
    shown, words = redacted(report), Words(language)
    if isinstance(shown, PredictionReport):
        sections = prediction_sections(shown, words)
    elif isinstance(shown, DiagnosisReport):
        sections = diagnosis_sections(shown, words)
    elif isinstance(shown, ComparisonReport):
        sections = comparison_sections(shown, words)
    else:
        sections = check_sections(shown, words)
    return _within_limit(sections, words)


def _within_limit(sections: Sections, words: Words) -> str:
    """Most telling first: where the limit is near, later ones are left out, and it is said."""
    text = "\n\n".join(part for part in sections.first if part)
    text = text if len(text) <= LIMIT - 1000 else text[: LIMIT - 1000] + "…"
    left_out: list[str] = []
    for name, part in sections.rest:
        if len(text) + len(part) > LIMIT - 500:
            left_out.append(name)
        elif part:
            text += f"\n\n{part}"
    if left_out:
        text += "\n\n" + words("Left out to stay within GitHub's limit: {names}.", names=", ".join(left_out))
    return text + "\n"
