"""Collect the report's messages, bring the Chinese catalogue up to date, compile it.

Run from the top of a checkout: ``python scripts/translations.py``. Translate what stands
empty or fuzzy in ``templates/translations/zh_Hans/LC_MESSAGES/qdoctor.po``, and run it again.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from doctor.causes.catalogue import load_ablations
from doctor.checks.framework.catalogue import load_checks

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "templates" / "translations" / "zh_Hans" / "LC_MESSAGES"
METHODS = [("templates/**.j2", "jinja2")]
UNDATED = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""Stands where gettext wants a date: the files change when their messages do, and not otherwise."""
TITLES = ("title", "family", "start_title", "end_title", "action")
DYNAMIC = FOLDER.parents[1] / "dynamic.txt"
"""Messages that reach the catalogue through a variable: labels, titles of rows, families."""

SENTENCES = DYNAMIC.with_name("sentences.txt")
"""Sentences of other stages, with names where their figures stand."""


def collected() -> Catalog:
    """All messages of templates and code, in a stable order and without line numbers."""
    template = Catalog(project="qdoctor", charset="utf-8", creation_date=UNDATED)
    found = extract_from_dir(ROOT, METHODS, keywords={"_": None})
    messages = {message for _, _, message, _, _ in found if isinstance(message, str)}
    messages |= set(in_code())
    messages |= set(titles())
    for path in (DYNAMIC, SENTENCES):
        messages |= {line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}
    for message in sorted(messages):
        template.add(message)
    return template


def in_code() -> Iterator[str]:
    """Messages in ``words("…")`` calls, also those inside f-strings, which Babel does not see."""
    for path in sorted((ROOT / "doctor" / "reporting").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "words":
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def titles() -> Iterator[str]:
    """What other stages call their rows: titles and families of causes, arms and ledger lines.

    They may stay untranslated, so that a new cause touches no shared file.
    """
    yield from (one.title for one in (*load_ablations(), *load_checks()))
    for stage in ("causes", "planning", "attribution", "checks"):
        for path in sorted((ROOT / "doctor" / stage).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.keyword) or node.arg not in TITLES:
                    continue
                if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                    yield node.value.value


def missing(catalogue: Catalog) -> list[str]:
    """The report's own messages that have no translation."""
    optional = set(titles())
    return [str(m.id) for m in catalogue if m.id and not m.string and m.id not in optional]


def updated(po: bytes) -> Catalog:
    """The catalogue with the messages of today; translations that are still needed stay."""
    catalogue = read_po(io.BytesIO(po), locale="zh_Hans")
    catalogue.update(collected(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.revision_date = UNDATED
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The binary form that gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Rewrite both files; tell how much is left to translate."""
    po = FOLDER / "qdoctor.po"
    catalogue = updated(po.read_bytes() if po.exists() else b"")
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, omit_header=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    po.write_bytes(out.getvalue())
    (FOLDER / "qdoctor.mo").write_bytes(compiled(catalogue))
    left = missing(catalogue)
    sys.stderr.write("".join(f"not translated: {text}\n" for text in left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
