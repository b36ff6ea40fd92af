"""Samples and their renderings, each made once for all tests."""

from __future__ import annotations

from functools import cache

from doctor.reporting.html import render_html
from doctor.reporting.markdown import render_markdown
from doctor.schema.documents import Document
from tests.reporting.samples import DOCUMENTS


@cache
def document(name: str) -> Document:
    """The sample of that name."""
    return DOCUMENTS[name]()


@cache
def page(name: str) -> str:
    """Its page, opened in English."""
    return render_html(document(name))


@cache
def markdown(name: str) -> str:
    """Its Markdown, in English."""
    return render_markdown(document(name))
