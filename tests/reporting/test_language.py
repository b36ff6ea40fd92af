"""The catalogue is complete, compiled, and changes no numbers."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from doctor import locations
from doctor.reporting.language import PageWords, Words

pytest.importorskip("babel")
ROOT = locations.templates().parent
FOLDER = locations.templates() / "translations" / "zh_Hans" / "LC_MESSAGES"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translations"] = module
    spec.loader.exec_module(module)
    return module


def test_catalogue_is_of_today_and_complete() -> None:
    module = script()
    catalogue = module.updated((FOLDER / "qdoctor.po").read_bytes())
    assert module.missing(catalogue) == [], "run python scripts/translations.py and translate these"


def test_compiled_catalogue_equals_the_edited_one() -> None:
    module = script()
    assert (
        module.compiled(module.updated((FOLDER / "qdoctor.po").read_bytes()))
        == Path(FOLDER / "qdoctor.mo").read_bytes()
    )


def test_placeholders_survive_translation() -> None:
    for message in script().updated((FOLDER / "qdoctor.po").read_bytes()):
        if message.id and message.string and isinstance(message.id, str):
            assert set(re.findall(r"{\w+}", message.id)) == set(re.findall(r"{\w+}", message.string)), (
                message.id
            )


def test_page_words_hold_both_languages_and_escape_values() -> None:
    both = PageWords()("Nothing was attributed: {why}", why="<b>")
    assert both.count("&lt;b&gt;") == 2
    assert 'lang="zh-Hans"' in both
    assert PageWords()("a title nobody translated <i>") == "a title nobody translated &lt;i&gt;"


def test_units_are_the_same_in_every_language() -> None:
    for unit in ("requests/s", "output tok/s", "total tok/s"):
        assert Words("zh")(unit) == unit
