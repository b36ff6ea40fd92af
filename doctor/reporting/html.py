"""A report as one HTML file: no network, readable without scripts, nothing in it but the record."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from doctor import locations
from doctor.reporting import numbers
from doctor.reporting.embedded import script_block
from doctor.reporting.language import Language, PageWords, Words, both
from doctor.reporting.links import safe_link
from doctor.reporting.redact import redacted
from doctor.reporting.views.bars import headline
from doctor.reporting.views.comparison import compared_sentence, comparison_page
from doctor.reporting.views.diagnosis import diagnosis_page
from doctor.reporting.views.page import page_of
from doctor.reporting.views.prediction import predicted_sentence, prediction_page
from doctor.reporting.views.verdict import in_words, retold_counting
from doctor.schema.comparison import ComparisonReport
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.documents import Document
from doctor.schema.prediction_report import PredictionReport

_FILTERS = (
    "rate", "as_printed", "step", "unsigned", "bounds", "factor", "ratio", "ratio_bounds",
    "percent", "seconds", "signed", "scalar", "unit", "coarse", "reach",
)  # fmt: skip


def render_html(report: Document, *, language: Language = "en") -> str:
    """The whole page. ``language`` is the one it opens in; readers can switch."""
    shown = redacted(report)
    style, script = _assembled("style.css"), _assembled("script.js")
    return (
        _environment()
        .get_template(f"{shown.kind}.html.j2")
        .render(
            **_arranged(shown),
            report=shown,
            language=language,
            style=Markup(style),  # noqa: S704 - ours, and its hash stands in the policy
            script=Markup(script),  # noqa: S704 - likewise
            policy=_policy(style, script),
            embedded=Markup(script_block(shown)),  # noqa: S704 - escaped for a script element
        )
    )


def _arranged(report: Document) -> dict[str, object]:
    """What a kind's template shows: the arranged page, and its sentence in both languages."""
    if isinstance(report, PredictionReport):
        predicted = prediction_page(report)
        return {"page": predicted, "sentence": _joined(predicted_sentence(predicted, PageWords()))}
    if isinstance(report, ComparisonReport):
        compared = comparison_page(report)
        return {"page": compared, "sentence": _joined(compared_sentence(report, PageWords()))}
    if isinstance(report, DiagnosisReport):
        told = report.diagnosis.accounting
        return {
            "page": diagnosis_page(report),
            "chinese_verdict": retold_counting(told, Words("zh")) if told else "",
        }
    return {
        "page": page_of(report),
        "chinese_verdict": in_words(report.verdict.sentence, report, Words("zh")),
    }


def _joined(sentences: list[str]) -> Markup:
    # Chinese sentences follow each other without a space.
    return Markup('<span lang="en"> </span>').join(sentences)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(locations.templates()),
        autoescape=select_autoescape(("html", "html.j2"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=PageWords(), both=both, safe_link=safe_link)
    environment.filters.update(breakable=breakable, headline=headline)
    environment.filters.update({name: getattr(numbers, name) for name in _FILTERS})
    return environment


@cache
def _assembled(name: str) -> str:
    """A style sheet or script put together from its parts."""
    return _environment().get_template(name).render()


def breakable(name: str) -> Markup:
    """A dotted or underscored name that may break after its dots and underscores, and is copied whole."""
    return Markup(re.sub(r"([._])(?=\w)", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped before


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded; only our own style and script may act."""
    return (
        "default-src 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
