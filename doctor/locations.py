"""Where the data files lie: in a checkout at the top, in a wheel beside the code."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_data"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent


def templates() -> Path:
    """The folder of Jinja2 templates, styles and scripts."""
    return _ROOT / "templates"


def cause_pages() -> Path:
    """The folder of the causes' pages, one Markdown file each."""
    return _ROOT / "docs" / "causes"


def reference_runs() -> Path:
    """The folder of reference runs, one YAML file each."""
    return _ROOT / "reference_runs"
