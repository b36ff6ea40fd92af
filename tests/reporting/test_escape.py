"""Escapes per format, and redaction."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from doctor.reporting.escape import code_block, code_span, for_markdown, for_script_block, plain
from doctor.reporting.redact import redacted, redacted_text
from tests.reporting.samples import gpu_measured


def test_terminal_sequences_go_and_other_controls_become_visible() -> None:
    assert plain("\x1b[31mred\x1b[0m") == "red"
    assert plain("\x1b]0;title\x07x") == "x"
    assert plain("\x9b2Jx") == "x"
    assert plain("a\x00b\u202ec") == "a\\x00b\\u202ec"
    assert plain("line\n\ttab") == "line\n\ttab"


@given(st.text())
def test_plain_leaves_no_control(text: str) -> None:
    assert not any((ord(c) < 0x20 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in plain(text))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_json_in_a_script_block_is_the_same_json(text: str) -> None:
    block = for_script_block(json.dumps({"x": text}, ensure_ascii=False))
    assert json.loads(block) == {"x": text}
    assert "<" not in block
    assert "\u2028" not in block


@given(st.text(alphabet="ab `*_[]()<>|~#@&\\-+=1.!$\n"))
def test_markdown_prose_makes_no_markup(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(f"x {for_markdown(text)}")
    for tag in ("<a", "<em", "<strong", "<code", "<img", "<h", "<li", "<table", "<block", "<b>"):
        assert tag not in html


@given(st.text(alphabet="ab `|\\\n"))
def test_code_spans_and_blocks_hold(text: str) -> None:
    parser = MarkdownIt("commonmark")
    assert code_span(text).count("\n") == 0
    html = parser.render(code_block(text) + "\n\nafter")
    assert html.endswith("<p>after</p>\n")


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("HF_TOKEN hf_abcdefghijklmnopqrstuvwxyz", "abcdefghijkl"),
        ("--api-key s3cr3t-value", "s3cr3t"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh1234"),
        ("https://bob:hunter2@example.org/", "hunter2"),
        ("/home/alice/models/qwen", "alice"),
        ("C:\\Users\\alice\\models", "alice"),
        ("MY_SECRET=topsecret", "topsecret"),
    ],
)
def test_secrets_go(text: str, gone: str) -> None:
    assert gone not in redacted_text(text)


def test_redaction_changes_nothing_else() -> None:
    report = gpu_measured()
    assert redacted(report) == report
