"""Making hostile text harmless, once per output format.

Names come from logs, models and flags of other people. Control characters are made harmless
for every format (:func:`plain`); markup is escaped where the format is known.
"""

from __future__ import annotations

import re

# Terminal sequences: CSI (colours, cursor), OSC (titles, links), and the other two-byte escapes.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
# What is left: controls except newline and tab, lone surrogates, bidirectional overrides, invisible joiners.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]"
)
_BREAKING = re.compile(r"[ \t\n]+")
_MARKDOWN = re.compile(r"([\\`*\[\]<>|~])")
_EDGE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_START = re.compile(r"^([#=-]|\+(?=\s))")
_REFERENCE = re.compile(r"([@#])(?=[A-Za-z0-9])")


def plain(text: str) -> str:
    """The text without terminal sequences; other controls become visible escapes."""
    without = _SEQUENCES.sub("", text)
    return _CONTROLS.sub(lambda match: _visible(ord(match.group())), without)


def _visible(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def one_line(text: str) -> str:
    """:func:`plain` on a single line. A space that must not break stays one."""
    return _BREAKING.sub(" ", plain(text)).strip(" ")


def shortened(text: str, limit: int, mark: str = "…") -> str:
    """At most ``limit`` characters; the mark shows that something was cut."""
    return text if len(text) <= limit else text[: limit - len(mark)].rstrip() + mark


def for_markdown(text: str) -> str:
    """Prose for GitHub's Markdown, on one line: shown literally, pinging nobody."""
    escaped = _MARKDOWN.sub(r"\\\1", one_line(text).replace("&", "&amp;"))
    escaped = escaped.replace("$", "&#36;")
    escaped = _EDGE_UNDERSCORE.sub(r"\\_", escaped)
    escaped = _LINE_START.sub(r"\\\1", escaped)
    # A zero-width space after @ and # keeps GitHub from pinging people and linking issues.
    return _REFERENCE.sub("\\1&#8203;", escaped)


def code_span(text: str) -> str:
    """A Markdown code span, on one line, safe inside a table."""
    content = one_line(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{fence}{pad}{content}{pad}{fence}" if content else ""


def code_block(text: str, language: str = "") -> str:
    """A fenced Markdown block whose fence the content cannot close."""
    content = plain(text)
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def for_script_block(json_text: str) -> str:
    """JSON that can stand inside a ``<script>`` element: it cannot end it or break a line."""
    escapes: dict[str, str | int | None] = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    return json_text.translate(str.maketrans(escapes))
