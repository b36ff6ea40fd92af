"""A text as the documents in it: fenced code blocks of Markdown apart from the prose around."""

from __future__ import annotations

import json
import re

from doctor.evidence.contract import Document

_FENCE = re.compile(r"^\s{0,8}(?:>\s?)*(`{3,}|~{3,})")
_BLOCKS = 500
"""Blocks that are taken apart; what follows stays prose."""


def split_markdown(document: Document) -> tuple[Document, tuple[Document, ...]]:
    """The prose (blocks blanked, so that lines keep their numbers) and the fenced blocks."""
    lines = document.text.splitlines()
    prose: list[str] = []
    blocks: list[Document] = []
    fence, start = "", 0
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if not fence and match and len(blocks) < _BLOCKS:
            fence, start = match[1], index + 1
            prose.append("")
        elif fence and match and line.strip().strip(">").strip().startswith(fence) and _is_closing(line):
            blocks.append(_block(document, lines, start, index))
            fence = ""
            prose.append("")
        else:
            prose.append("" if fence else line)
    if fence:
        blocks.append(_block(document, lines, start, len(lines)))
    return Document(document.name, "\n".join(prose), document.first_line), tuple(blocks)


def _is_closing(line: str) -> bool:
    return not line.strip().strip(">").strip().strip("`~")


def _block(document: Document, lines: list[str], start: int, end: int) -> Document:
    return Document(document.name, "\n".join(lines[start:end]), document.first_line + start)


def with_json(document: Document) -> Document:
    """The document with its JSON value, where all of its text is JSON or JSON lines."""
    text = document.text.strip()
    if text[:1] not in ("{", "["):
        return document
    try:
        data = json.loads(text, parse_constant=lambda name: name)
    except RecursionError:
        return document
    except ValueError:
        data = _json_lines(text)
    if data is None:
        return document
    return Document(document.name, document.text, document.first_line, data)


def _json_lines(text: str) -> list[object] | None:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or len(lines) > 100_000:
        return None
    try:
        return [json.loads(line, parse_constant=lambda name: name) for line in lines]
    except (ValueError, RecursionError):
        return None


def form_texts(data: dict[object, object]) -> str:
    """The texts of a JSON object as lines "name: text"; longer texts keep their own lines."""
    lines = []
    for name, value in data.items():
        texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, dict):
                lines.append(form_texts(text))
            elif isinstance(text, str):
                lines.append(text if "\n" in text or isinstance(value, list) else f"{name}: {text}")
    return "\n".join(lines)
