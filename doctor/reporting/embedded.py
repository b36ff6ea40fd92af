"""The report inside its own page: written compressed, read back whole, so a page can be judged again."""

from __future__ import annotations

import base64
import gzip
import io

from doctor.errors import InputError
from doctor.reporting.escape import for_script_block
from doctor.reporting.parse import document_of_json
from doctor.reporting.thinning import smaller_versions
from doctor.schema.documents import Document

ELEMENT = "qdoctor-report"
PLAIN_LIMIT = 48_000
"""Characters up to which the JSON stands as it is, for people who read page sources."""
PACKED_LIMIT = 200_000
"""Characters that the packed report may take of the page's 500 KB; past it, samples are thinned."""

LARGEST_BYTES = 32 << 20
"""Nothing that qdoctor writes is larger; packed data could claim to unpack to anything."""

_OPENING = '<script type="'
_MOST_MARKS = 100


def script_block(report: Document) -> str:
    """A data block that holds the report; browsers do not run it."""
    text = report.model_dump_json()
    if len(text) <= PLAIN_LIMIT:
        return f'<script type="application/json" id="{ELEMENT}">{for_script_block(text)}</script>'
    packed = ""
    for version in smaller_versions(report):
        packed = _pack(version.model_dump_json())
        if len(packed) <= PACKED_LIMIT:
            break
    return f'<script type="application/gzip" id="{ELEMENT}" data-encoding="base64">{packed}</script>'


def report_of_page(page: str) -> Document:
    """The report that a page holds."""
    found = _block(page)
    if not found:
        raise InputError(
            "This page holds no qdoctor report", next_step="Give a report.html that qdoctor wrote."
        )
    kind, content = found
    try:
        text = content if kind == "application/json" else _unpack(content)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"The report inside this page cannot be read: {str(error).splitlines()[0]}",
            next_step="Use the report.json of the run directory instead.",
        ) from error
    return document_of_json(text, "the page")


def _block(page: str) -> tuple[str, str] | None:
    """Type and content of our data block. Searched plainly: an expression would take the square of a page
    that is full of openings."""
    mark = -1
    for _ in range(_MOST_MARKS):
        mark = page.find(f'" id="{ELEMENT}"', mark + 1)
        opening = page.rfind(_OPENING, 0, max(mark, 0))
        if mark < 0 or opening < 0:
            return None
        kind = page[opening + len(_OPENING) : mark]
        start = page.find(">", mark) + 1
        end = page.find("</script>", start)
        if '"' not in kind and 0 < start <= end:
            return kind, page[start:end]
    return None


def _unpack(content: str) -> str:
    """What was packed; not more than a report can be, whatever the page claims."""
    with gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(content))) as packed:
        text = packed.read(LARGEST_BYTES + 1)
    if len(text) > LARGEST_BYTES:
        raise ValueError("it is larger than any report")
    return text.decode()


def _pack(text: str) -> str:
    # mtime=0 keeps the page the same for the same report.
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
