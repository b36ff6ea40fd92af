"""Which addresses may become links."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_link(address: str) -> str:
    """The address where it is plain http or https; else nothing, and it is shown as text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""
