"""A report in its three files."""

from __future__ import annotations

from pathlib import Path

from doctor.errors import InputError
from doctor.reporting.html import render_html
from doctor.reporting.language import Language
from doctor.reporting.markdown import render_markdown
from doctor.reporting.parse import FILE_NAME
from doctor.schema.documents import Document


def rendered(report: Document, language: Language = "en") -> dict[str, str]:
    """The page and the Markdown, by file name."""
    return {
        "report.html": render_html(report, language=language),
        "report.md": render_markdown(report, language=language),
    }


def write_report(report: Document, folder: Path, language: Language = "en") -> tuple[Path, ...]:
    """Write report.json, report.html and report.md into ``folder``; gives their paths."""
    texts = {FILE_NAME: report.model_dump_json(indent=1) + "\n", **rendered(report, language)}
    return write_texts(texts, folder)


def write_texts(texts: dict[str, str], folder: Path) -> tuple[Path, ...]:
    """Write the files. Raises InputError where the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The report cannot be written: {error.strerror}",
            where=str(folder),
            next_step="Name another folder with --output DIR.",
        ) from error
    return tuple(folder / name for name in texts)
