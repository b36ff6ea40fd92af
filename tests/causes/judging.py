"""Judges one cause on a text, through the readers, as a user's file would be."""

from __future__ import annotations

from doctor.causes.catalogue import load_cause
from doctor.causes.contract import Case, Judgement
from doctor.evidence.contract import Document
from doctor.evidence.reading import read_text


def judged(cause: str, text: str) -> Judgement:
    """What the cause says on that text alone."""
    return load_cause(cause).judge(Case(evidence=read_text(Document("evidence.md", text))))
