"""The summary of a report on the terminal, in 24 lines of 80 columns."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from doctor.reporting.language import Language, Words
from doctor.reporting.redact import redacted
from doctor.reporting.terminal.check import check_lines
from doctor.reporting.terminal.comparison import comparison_lines
from doctor.reporting.terminal.diagnosis import diagnosis_lines
from doctor.reporting.terminal.lines import ROOM, Line, shown
from doctor.reporting.terminal.prediction import prediction_lines
from doctor.schema.comparison import ComparisonReport
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.documents import Document
from doctor.schema.prediction_report import PredictionReport

_WIDEST = 110


def print_summary(report: Document, console: Console, *, language: Language = "en") -> None:
    """Print the summary; colour and Unicode as the console has them."""
    width = min(console.width, _WIDEST)
    encoding = (console.encoding or "").lower().replace("-", "")
    unicode = encoding.startswith("utf") and not console.legacy_windows
    for text, style in summary_lines(report, width=width, unicode=unicode, language=language):
        console.print(Text(text, style=style), soft_wrap=True, highlight=False)


def summary_lines(report: Document, *, width: int, unicode: bool, language: Language = "en") -> list[Line]:
    """The lines with their styles, at most :data:`ROOM`, none wider than ``width``."""
    lines = _lines(redacted(report), Words(language), width, unicode=unicode)
    return [(shown(text, width, unicode=unicode), style) for text, style in lines][:ROOM]


def _lines(report: Document, words: Words, width: int, *, unicode: bool) -> list[Line]:
    if isinstance(report, PredictionReport):
        return prediction_lines(report, words, width, unicode=unicode)
    if isinstance(report, ComparisonReport):
        return comparison_lines(report, words, width, unicode=unicode)
    if isinstance(report, DiagnosisReport):
        return diagnosis_lines(report, words, width)
    return check_lines(report, words, width, unicode=unicode)
