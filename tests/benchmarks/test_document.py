from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.document import write_section

PAGE = "a\n<!-- one: begin -->\nold\n<!-- one: end -->\nb\n<!-- two: begin -->\nkept\n<!-- two: end -->\n"


def test_only_the_named_section_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    write_section(page, "one", "new")
    assert page.read_text() == PAGE.replace("old", "new")


@pytest.mark.parametrize("text", ["a\n", "<!-- one: begin -->\n", "<!-- one: end --><!-- one: begin -->"])
def test_a_document_without_the_section_is_left_alone(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(ValueError, match="no section 'one'"):
        write_section(page, "one", "new")
    assert page.read_text() == text
