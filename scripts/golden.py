"""The golden set: stored inputs, and what is made of them. Shows every difference, or accepts it.

Run from the top of a checkout: ``python scripts/golden.py`` compares, ``python scripts/golden.py
--accept`` makes what is made now the expected. Look at the difference (``git diff tests/golden``)
before it is committed.

A case is a folder of ``tests/golden/cases``: either ``run/``, a run directory that is judged again, or
``document.json``, a stored report of another kind. Expected are report.json (of run directories),
report.html, report.md and the terminal's summary.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from doctor.pipeline.check import judge
from doctor.reporting.html import render_html
from doctor.reporting.markdown import render_markdown
from doctor.reporting.parse import document_of_json
from doctor.reporting.terminal import summary_lines
from doctor.rundir import RunDirectory
from doctor.schema.documents import Document
from doctor.schema.report import Report

CASES = Path(__file__).parents[1] / "tests" / "golden" / "cases"
_GIVEN = {"runs", "plan", "environment", "reference", "reference_setup"}
"""Parts of a report that are handed through from what is stored."""
_DIGITS = 6
"""Of every figure: what other releases of NumPy and SciPy change lies beyond."""


def cases() -> list[Path]:
    """The folders of all cases."""
    return sorted(path for path in CASES.iterdir() if path.is_dir())


def produced(case: Path) -> dict[str, str]:
    """What is made of a case now, by file name; without what differs between any two days."""
    document = _document(case)
    files = {
        "report.html": _without_code(render_html(document)),
        "report.md": render_markdown(document),
        "summary.txt": "\n".join(text for text, _ in summary_lines(document, width=80, unicode=True)) + "\n",
    }
    if isinstance(document, Report):
        judged = document.model_dump(mode="json", exclude=_GIVEN)
        files["report.json"] = json.dumps(_rounded(judged), indent=1) + "\n"
    return files


def difference(case: Path) -> str:
    """A unified diff from the expected files to those made now; empty where they are the same."""
    parts = []
    for name, text in sorted(produced(case).items()):
        stored = case / "expected" / name
        before = stored.read_text(encoding="utf-8") if stored.exists() else ""
        if before != text:
            told = difflib.unified_diff(
                before.splitlines(), text.splitlines(), f"{case.name}/{name}", "made now", lineterm="", n=1
            )
            parts.append("\n".join(told))
    return "\n".join(parts)


def accept(case: Path) -> None:
    """Make what is made now the expected."""
    folder = case / "expected"
    folder.mkdir(exist_ok=True)
    for name, text in produced(case).items():
        (folder / name).write_text(text, encoding="utf-8")


def _document(case: Path) -> Document:
    if not (case / "run").is_dir():
        return document_of_json((case / "document.json").read_text(encoding="utf-8"), case.name)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / case.name
        shutil.copytree(case / "run", copy)
        with RunDirectory(copy) as directory:
            report = judge(directory)
    provenance = report.provenance.model_copy(
        update={
            "created_at": "2026-01-01T00:00:00+00:00",
            "qdoctor_version": "golden",
            "run_directory": case.name,
        }
    )
    checks = tuple(check.model_copy(update={"duration_s": 0.0}) for check in report.checks)
    return report.model_copy(update={"provenance": provenance, "checks": checks})


def _without_code(page: str) -> str:
    """The page without styles, scripts, their hashes and the embedded report: those have their own tests."""
    bare = re.sub(r"<(style|script)\b[^>]*>.*?</\1>", r"<\1></\1>", page, flags=re.DOTALL)
    return re.sub(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*', r"\1", bare)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def main() -> int:
    """Compare all cases, or accept them."""
    if "--accept" in sys.argv[1:]:
        for case in cases():
            accept(case)
        return 0
    found = [told for case in cases() if (told := difference(case))]
    sys.stdout.write("\n".join([*found, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
